package command

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"memgraphd/test/s3server"
)

// status returns the exit status of a command's error.
func status(err error) int {
	e := new(StatusError)
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return e.Status
	}
	return StatusFailed
}

// TestVerifyAndInspectOverS3 proves and looks into backups in a bucket, in the clear and
// encrypted, good ones and damaged ones.
func TestVerifyAndInspectOverS3(t *testing.T) {
	server := s3server.Start(t)
	w := newWorld()
	w.database(t, "/data", 40)
	public := w.must(t, NewKeygen, "/secret.key")["public_key"].(string)
	key := []string{"--key-file", "/secret.key"}
	for _, c := range []struct {
		prefix string
		seal   []string
		open   []string
		locked int // status of verify without the key
	}{
		{"clear", nil, nil, 0},
		{"encrypted", []string{"--encrypt-to", public}, key, StatusWarned},
	} {
		t.Run(c.prefix, func(t *testing.T) {
			location := "s3://" + s3server.Bucket + "/" + c.prefix
			w.must(t, NewBackup, append([]string{"--to", location, "--from-directory", "/data"}, c.seal...)...)
			out, err := w.run(t, NewVerify, location)
			if status(err) != c.locked || !strings.Contains(out, "commit 40") {
				t.Errorf("verify without a key: %v\n%s", err, out)
			}
			verdict := w.must(t, NewVerify, append([]string{location, "--restore", "--temp-dir", "/tmp"}, c.open...)...)
			if verdict["nodes"] != 40.0 || verdict["last_commit"] != 40.0 {
				t.Errorf("verify --restore says %v", verdict)
			}
			if _, err = w.run(t, NewVerify, location, "--restore", "--temp-dir", "/tmp"); c.seal != nil && (err == nil || !strings.Contains(err.Error(), "give the key file")) {
				t.Errorf("verify --restore without the key: %v", err)
			}
			if left, failed := w.fs.List("/tmp"); failed != nil || len(left) > 0 {
				t.Errorf("left over: %v %v", left, failed)
			}
			w.inspectAll(t, location, c.seal != nil, c.open)
			if out, err = w.run(t, NewInspect, append([]string{location, "--records", "--temp-dir", "/tmp", "--from-commit", "7", "--to-commit", "9"}, c.open...)...); err != nil ||
				strings.Count(out, "\n") != 3 || !strings.Contains(out, `{"commit":7,`) || !strings.Contains(out, "create node") {
				t.Errorf("inspect --records: %v\n%s", err, out)
			}
			w.spoilAndVerify(t, filepath.Join(server.Dir, c.prefix), location, c.open)
		})
	}
}

// inspectAll looks into every object, and into one by its name.
func (w *world) inspectAll(t *testing.T, location string, encrypted bool, open []string) {
	t.Helper()
	for _, args := range [][]string{{location}, append([]string{location}, open...)} {
		var kinds []string
		var piece string
		for _, f := range w.must(t, NewInspect, args...)["files"].([]any) {
			file := f.(map[string]any)
			kinds = append(kinds, file["kind"].(string))
			if file["kind"] == "sealed piece of the log" {
				piece = file["file"].(string)
				if file["last_commit"] == nil || (file["encrypted"] == true) != encrypted {
					t.Errorf("inspect%q says %v", args, file)
				}
			}
		}
		if !slices.Contains(kinds, "JSON object") || piece == "" {
			t.Fatalf("inspect%q says %s", args, kinds)
		}
		out, err := w.run(t, NewInspect, append([]string{location, piece}, args[1:]...)...)
		if err != nil || !strings.Contains(out, piece) {
			t.Errorf("inspect of one object: %v\n%s", err, out)
		}
	}
}

// spoilAndVerify damages an object in the folder of the bucket, and looks at it.
func (w *world) spoilAndVerify(t *testing.T, folder, location string, open []string) {
	t.Helper()
	var pieces []string
	err := filepath.WalkDir(filepath.Join(folder, "log"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			pieces = append(pieces, path)
		}
		return err
	})
	if err != nil || len(pieces) == 0 {
		t.Fatalf("%v %v", pieces, err)
	}
	data, err := os.ReadFile(pieces[0])
	if err != nil {
		t.Fatal(err)
	}
	data = bytes.Clone(data)
	data[len(data)/2] ^= 1
	if err = os.WriteFile(pieces[0], data, 0o600); err != nil {
		t.Fatal(err)
	}
	name, err := filepath.Rel(folder, pieces[0])
	if err != nil {
		t.Fatal(err)
	}
	out, err := w.run(t, NewVerify, append([]string{location}, open...)...)
	if status(err) != StatusLost || !strings.Contains(out, name) {
		t.Errorf("verify of what is damaged: %v\n%s", err, out)
	}
	out, err = w.run(t, NewInspect, append([]string{location, name}, open...)...)
	if status(err) != StatusDamaged || !strings.Contains(out, "DAMAGED") {
		t.Errorf("inspect of what is damaged: %v\n%s", err, out)
	}
}
