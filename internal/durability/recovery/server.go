package recovery

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/cespare/xxhash/v2"

	"memgraphd/internal/durability/vfs"
)

// ServerName is the file in which a data directory keeps the id of its server; see the
// package comment.
const ServerName = ".server.json"

const (
	serverTemp    = ServerName + ".tmp"
	serverFormat  = 1
	serverSizeMax = 1 << 16
)

// serverFile is the first line of the file.
type serverFile struct {
	Format    int    `json:"format"`
	Server    string `json:"server"`    // 32 hexadecimal digits
	Directory string `json:"directory"` // vfs.Info.ID of the data directory
	File      string `json:"file"`      // and of the file itself
}

// ServerID returns the id of the server that has a data directory. It draws a new one where
// there is none, where it cannot be read, and in a copy of a directory: there the file
// names other files than those that are there.
func ServerID(fsys vfs.FS, dir string) (string, error) {
	id, err := readServer(fsys, dir)
	if err == nil && id == "" {
		id, err = newServer(fsys, dir)
	}
	if err != nil {
		return "", fmt.Errorf("id of the server: %w", err)
	}
	return id, nil
}

// readServer returns the id, or "" where there is none that is of this directory.
func readServer(fsys vfs.FS, dir string) (string, error) {
	name := filepath.Join(dir, ServerName)
	data, err := vfs.ReadFile(fsys, name, serverSizeMax)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, vfs.ErrTooLarge) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	line, sum, _ := strings.Cut(string(data), "\n")
	f, ok := parseServer(line, sum)
	if !ok {
		return "", nil
	}
	directory, err := fsys.Stat(dir)
	if err != nil {
		return "", err
	}
	file, err := fsys.Stat(name)
	if err != nil {
		return "", err
	}
	if !vfs.SameFile(f.Directory, directory.ID) || !vfs.SameFile(f.File, file.ID) {
		return "", nil
	}
	return f.Server, nil
}

// parseServer reads the file; ok is false where it is not one of our format.
func parseServer(line, sum string) (f serverFile, ok bool) {
	err := json.Unmarshal([]byte(line), &f)
	return f, err == nil && sum == digest(line) && f.Format == serverFormat
}

func digest(line string) string { return fmt.Sprintf("%016x\n", xxhash.Sum64String(line)) }

// newServer draws an id and writes the file, which has to exist before it can name itself.
func newServer(fsys vfs.FS, dir string) (id string, err error) {
	var raw [16]byte
	if _, err = rand.Read(raw[:]); err != nil {
		panic("recovery: the system has no random numbers: " + err.Error())
	}
	id = hex.EncodeToString(raw[:])
	directory, err := fsys.Stat(dir)
	if err != nil {
		return "", err
	}
	temp := filepath.Join(dir, serverTemp)
	if err = writeServer(fsys, temp, serverFile{Format: serverFormat, Server: id, Directory: directory.ID}); err != nil {
		return "", err
	}
	if err = fsys.Rename(temp, filepath.Join(dir, ServerName)); err != nil {
		return "", err
	}
	return id, fsys.SyncDir(dir)
}

func writeServer(fsys vfs.FS, temp string, s serverFile) (err error) {
	f, err := fsys.Create(temp)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := fsys.Stat(temp)
	if err != nil {
		return err
	}
	s.File = info.ID
	line, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if _, err = f.Write(append(append(line, '\n'), digest(string(line))...)); err != nil {
		return err
	}
	return f.Sync()
}
