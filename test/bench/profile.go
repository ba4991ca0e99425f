package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// profileLines are printed of each profile: packages, and functions.
	profileLines = 7
	// profileMax bounds what a server sends as a profile, in bytes.
	profileMax = 64 << 20
)

// profiled runs fn while the server's processor is profiled, for as long as fn is expected to take
// at least. Without -profiles it runs fn alone.
func (b *bench) profiled(name string, takes time.Duration, fn func() error) error {
	if b.profiles == "" {
		return fn()
	}
	path := filepath.Join(b.profiles, name+".pb.gz")
	fetched := make(chan error, 1)
	go func() { fetched <- b.fetchProfile(path, takes) }()
	err := fn()
	if err = errors.Join(err, <-fetched); err != nil {
		return err
	}
	return b.printProfile(name, path)
}

// profiledHere is profiled for what runs in this process.
func (b *bench) profiledHere(name string, fn func() error) error {
	if b.profiles == "" {
		return fn()
	}
	path := filepath.Join(b.profiles, name+".pb.gz")
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err = pprof.StartCPUProfile(file); err != nil {
		return errors.Join(err, file.Close())
	}
	err = fn()
	pprof.StopCPUProfile()
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return b.printProfile(name, path)
}

// fetchProfile lets the server profile itself.
func (b *bench) fetchProfile(path string, takes time.Duration) error {
	seconds := int(math.Ceil(takes.Seconds()))
	ctx, stop := context.WithTimeout(context.Background(), takes+time.Minute)
	defer stop()
	address := fmt.Sprintf("http://127.0.0.1:%d/debug/pprof/profile?seconds=%d", b.profilePort, seconds)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, profileMax))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %.200s", address, res.Status, body)
	}
	return os.WriteFile(path, body, 0o600)
}

// printProfile prints which packages and which functions had the processor.
func (b *bench) printProfile(name, path string) error {
	out, err := exec.Command("go", "tool", "pprof", "-top", "-nodecount=100000", "-nodefraction=0", path).Output()
	if err != nil {
		return fmt.Errorf("go tool pprof %s: %w", path, err)
	}
	functions, packages := shares(string(out))
	b.printf("profile of %s (%s): packages %s\n  functions %s\n", name, path, largest(packages), largest(functions))
	return nil
}

// shares reads the table of pprof -top: percents of the processor time by function and by package.
func shares(top string) (functions, packages map[string]float64) {
	functions, packages = map[string]float64{}, map[string]float64{}
	for line := range strings.Lines(top) {
		fields := strings.Fields(line)
		if len(fields) < 6 || !strings.HasSuffix(fields[1], "%") || !strings.HasSuffix(fields[4], "%") {
			continue
		}
		percent, err := strconv.ParseFloat(strings.TrimSuffix(fields[1], "%"), 64)
		if err != nil {
			continue
		}
		functions[fields[5]] += percent
		packages[packageOf(fields[5])] += percent
	}
	return functions, packages
}

// packageOf returns the import path in the name of a function: all up to the first dot behind the
// last slash that is outside of brackets.
func packageOf(function string) string {
	name, _, _ := strings.Cut(function, "[")
	from := strings.LastIndexByte(name, '/') + 1
	dot := strings.IndexByte(name[from:], '.')
	if dot < 0 {
		return name
	}
	return name[:from+dot]
}

// largest lists the largest shares.
func largest(shares map[string]float64) string {
	type share struct {
		name    string
		percent float64
	}
	all := make([]share, 0, len(shares))
	for name, percent := range shares {
		all = append(all, share{name, percent})
	}
	slices.SortFunc(all, func(a, b share) int {
		return cmp.Or(cmp.Compare(b.percent, a.percent), strings.Compare(a.name, b.name))
	})
	var text []string
	for _, s := range all[:min(len(all), profileLines)] {
		text = append(text, fmt.Sprintf("%s %.1f %%", strings.ReplaceAll(s.name, "memgraphd/internal/", ""), s.percent))
	}
	return strings.Join(text, ", ")
}
