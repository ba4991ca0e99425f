// Package snapshotsource brings the snapshot that RECOVER SNAPSHOT names: a file of this machine, what a URL leads to, or an
// object in a bucket, as far as they are at places that statements may name.
package snapshotsource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"memgraphd/cmd/memgraphd/internal/settings"
	"memgraphd/internal/config"
	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/query"
)

// downloadTime bounds how long a snapshot may come over the network.
const downloadTime = 6 * time.Hour

// Sources finds snapshots.
type Sources struct {
	cfg    *config.Config
	remote *settings.Remote
}

// New returns what finds snapshots at the places that c names, and reaches other machines as remote says.
func New(c *config.Config, remote *settings.Remote) *Sources { return &Sources{cfg: c, remote: remote} }

// Source is where a snapshot comes from.
type Source struct {
	Text string // for people, without secrets
	// Fetch brings the snapshot, into the directory temp if it is elsewhere, and returns the name of the file.
	Fetch func(ctx context.Context, temp string) (string, error)
}

// Find reads what RECOVER SNAPSHOT names.
func (s *Sources) Find(q query.RecoverRequest) (Source, error) {
	for key := range q.Config {
		if key != "aws_region" && key != "aws_endpoint_url" {
			return Source{}, &query.RecoverError{
				Reason: key + " is not taken from a statement.",
				Hint:   "give aws_region and aws_endpoint_url, and the credentials in the server's environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), or as settings (aws.access_key, aws.secret_key)",
			}
		}
	}
	scheme, _, remote := strings.Cut(q.Source, "://")
	scheme = strings.ToLower(scheme)
	name := q.Source
	switch {
	case remote && scheme == "file":
		u, err := url.Parse(q.Source)
		if err != nil || u.Host != "" && u.Host != "localhost" {
			return Source{}, &query.RecoverError{Reason: q.Source + " is no file: URL: write file:///path."}
		}
		name = u.Path
	case remote && (scheme == "http" || scheme == "https"):
		return Source{withoutSecrets(q.Source), s.download(q.Source)}, s.allowed(q.Source)
	case remote && scheme == "s3":
		return Source{q.Source, s.fromBucket(q)}, s.allowed(q.Source)
	case remote:
		return Source{}, &query.RecoverError{Reason: scheme + " is not a kind of source.", Hint: "give a path, or a file:, http:, https: or s3: URL"}
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(s.snapshotsFolder(), name)
	}
	found, err := filepath.EvalSymlinks(name)
	if err != nil {
		return Source{}, &query.RecoverError{Reason: "Failed to find the defined snapshot file.", Err: err}
	}
	return Source{name, func(context.Context, string) (string, error) { return found, nil }}, s.allowed(found)
}

// withoutSecrets is a URL without user, password and parameters.
func withoutSecrets(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "a URL"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// allowed refuses a source that is neither in the folder of the snapshots nor below a root.
func (s *Sources) allowed(name string) error {
	roots := append([]string{s.snapshotsFolder(), filepath.Join(filepath.Dir(s.snapshotsFolder()), durability.BackupFolder)}, s.cfg.Backup.Roots...)
	if slices.ContainsFunc(roots, func(root string) bool { return sourceBelow(root, name) }) {
		return nil
	}
	return &query.RecoverError{
		Reason: "snapshots are read from " + s.snapshotsFolder() + ", and from below the places that --storage-backup-roots names",
		Hint:   "name the place of this one there (a directory, https://host/path or s3://bucket/prefix), or copy the file",
	}
}

// sourceBelow tells whether a path or a URL is below a root.
func sourceBelow(root, name string) bool {
	if strings.Contains(root, "://") || strings.Contains(name, "://") {
		u, err := url.Parse(name)
		if err != nil || path.Clean("/"+u.Path) != "/"+strings.TrimPrefix(u.Path, "/") {
			return false
		}
		return strings.HasPrefix(name, strings.TrimSuffix(root, "/")+"/")
	}
	top, err := filepath.EvalSymlinks(root)
	if err != nil {
		return false
	}
	relative, err := filepath.Rel(top, name)
	return err == nil && relative != "." && filepath.IsLocal(relative)
}

// download fetches a URL, up to what the disk has room for.
func (s *Sources) download(text string) func(context.Context, string) (string, error) {
	return func(ctx context.Context, temp string) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, downloadTime)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, text, http.NoBody)
		if err != nil {
			return "", err
		}
		client := &http.Client{Transport: s.transport(), CheckRedirect: func(next *http.Request, _ []*http.Request) error { return s.allowed(next.URL.String()) }}
		response, err := client.Do(request)
		if err != nil {
			return "", fmt.Errorf("Failed to download snapshot file from %s: %w", withoutSecrets(text), err) //nolint:staticcheck // Memgraph's text
		}
		defer func() { _ = response.Body.Close() }() // what was read decides
		if response.StatusCode != http.StatusOK {
			return "", fmt.Errorf("Failed to download snapshot file from %s: the server answers %s", withoutSecrets(text), response.Status) //nolint:staticcheck // Memgraph's text
		}
		return s.keep(temp, response.Body, response.ContentLength)
	}
}

// keep writes what r gives to a file, as far as there is room; size is -1 where it is not known.
func (s *Sources) keep(temp string, r io.Reader, size int64) (string, error) {
	disk := vfs.OS()
	free, err := disk.FreeSpace(temp)
	if err != nil {
		return "", err
	}
	// As much again for the database that is made of it, and what commits need.
	limit := int64(min((free-min(free, s.cfg.Storage.SpaceMinBytes))/2, 1<<62))
	tooLarge := fmt.Errorf("the snapshot has more than %d bytes, which is half of the room on the disk above --storage-min-free-space", limit)
	if size > limit {
		return "", tooLarge
	}
	name := filepath.Join(temp, "download")
	f, err := disk.Create(name)
	if err != nil {
		return "", err
	}
	n, err := io.Copy(f, io.LimitReader(r, limit+1))
	if err == nil && n > limit {
		err = tooLarge
	}
	return name, errors.Join(err, f.Close())
}

func (s *Sources) snapshotsFolder() string {
	dir, err := filepath.Abs(s.cfg.Storage.DataDirectory)
	if err != nil {
		dir = s.cfg.Storage.DataDirectory
	}
	return filepath.Join(dir, durability.SnapshotsFolder)
}

// transport connects to a server of files, in the time that there is for it.
func (s *Sources) transport() *http.Transport {
	dialer := net.Dialer{Timeout: s.remote.ConnectTimeout()}
	return &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSHandshakeTimeout: dialer.Timeout, DisableKeepAlives: true}
}
