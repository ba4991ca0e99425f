//go:build ignore

// This program makes zones.bin from a directory with the sources of IANA's time zone
// database (tzdata2026b.tar.gz, unpacked), by means of the compiler zic:
//
//	go run zones_generate.go /path/to/tzdata
//
// or, from the root of the repository, make zones TZDATA=/path/to/tzdata.
package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// sources are the files of the database that are compiled. Without backzone: zones which
// have agreed since 1970 share one history, as in IANA's own builds and those of the JDK.
// Without factory, which is no place.
var sources = []string{
	"africa", "antarctica", "asia", "australasia", "europe", "northamerica", "southamerica", "etcetera", "backward",
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run zones_generate.go DIRECTORY-OF-TZDATA")
	}
	data, err := compile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("zones.bin", data, 0o644); err != nil {
		log.Fatal(err)
	}
}

func compile(source string) ([]byte, error) {
	version, err := os.ReadFile(filepath.Join(source, "version"))
	if err != nil {
		return nil, err
	}
	compiled, err := os.MkdirTemp("", "zones")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(compiled)
	args := []string{"-b", "slim", "-d", compiled}
	for _, name := range sources {
		args = append(args, filepath.Join(source, name))
	}
	if out, err := exec.Command("zic", args...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("zic: %w\n%s", err, out)
	}
	return pack(compiled, "tzdata "+strings.TrimSpace(string(version)))
}

// pack writes the header, a line per name (in their order) with the place and length of its
// rules in the body, an empty line and the body. Links share the rules of their target.
func pack(compiled, title string) ([]byte, error) {
	head, body := bytes.NewBufferString(title+"\n"), []byte(nil)
	places := map[string]int{}
	err := filepath.WalkDir(compiled, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rules, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		place, known := places[string(rules)]
		if !known {
			place = len(body)
			places[string(rules)] = place
			body = append(body, rules...)
		}
		name, err := filepath.Rel(compiled, path)
		fmt.Fprintf(head, "%s %d %d\n", filepath.ToSlash(name), place, len(rules))
		return err
	})
	head.WriteByte('\n')
	return append(head.Bytes(), body...), err
}
