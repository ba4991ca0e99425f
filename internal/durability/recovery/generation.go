package recovery

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"memgraphd/internal/durability/vfs"
)

// Names below .restore/; see the package comment.
const (
	restoreName   = ".restore"
	restoreNew    = "new"
	restoreTemp   = "tmp"
	readyName     = "ready"
	replacedName  = "WHY-THIS-WAS-REPLACED.txt"
	readySizeMax  = 1 << 12
	restoreNested = 4 // folders within each other below .restore/
)

// Generation is a database that is made beside the one in a data directory, to take its
// place as a whole. The caller holds the directory.
type Generation struct {
	fsys vfs.FS
	dir  string
}

// NewGeneration begins one, and removes what an earlier one that was not completed has left.
// A directory that holds the files of others is refused.
func NewGeneration(fsys vfs.FS, dir string) (*Generation, error) {
	if _, err := FinishSwap(fsys, dir); err != nil {
		return nil, err
	}
	found, err := inspect(fsys, dir)
	if err != nil {
		return nil, err
	}
	there, err := Exists(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	if !there && len(found.unknown) > 0 {
		return nil, &ForeignFilesError{Dir: dir, Files: found.unknown}
	}
	g := &Generation{fsys: fsys, dir: dir}
	for _, d := range []string{g.Snapshots(), filepath.Join(g.made(), LogName), g.Temp()} {
		if err := fsys.MkdirAll(d); err != nil {
			return nil, fmt.Errorf("restore: %w", err)
		}
	}
	return g, nil
}

func (g *Generation) root() string { return filepath.Join(g.dir, restoreName) }

func (g *Generation) made() string { return filepath.Join(g.root(), restoreNew) }

// Snapshots is the folder for the snapshot that the generation begins with.
func (g *Generation) Snapshots() string { return filepath.Join(g.made(), SnapshotsName) }

// Temp is a folder for what is read while the generation is made. It goes with it.
func (g *Generation) Temp() string { return filepath.Join(g.root(), restoreTemp) }

// Discard removes a generation that is not complete.
func (g *Generation) Discard() error {
	pending, err := SwapPending(g.fsys, g.dir)
	if err != nil || pending {
		return err
	}
	return removeRestore(g.fsys, g.dir)
}

// Complete makes the generation durable under an identity: from then on, whatever happens, it
// is the one that FinishSwap puts in place. why is kept beside the files that it replaces,
// whose folder is returned; "" where there are none.
func (g *Generation) Complete(id Identity, why string, now time.Time) (keptIn string, err error) {
	if err = WriteIdentity(g.fsys, g.made(), id); err != nil {
		return "", err
	}
	for _, d := range []string{g.Snapshots(), filepath.Join(g.made(), LogName), g.made(), g.root(), g.dir, filepath.Dir(g.dir)} {
		if err = g.fsys.SyncDir(d); err != nil && (d != filepath.Dir(g.dir) || !errors.Is(err, fs.ErrPermission)) {
			return "", fmt.Errorf("restore: %w", err)
		}
	}
	folder, err := backupFolder(g.fsys, g.dir, now)
	if err != nil {
		return "", err
	}
	base := filepath.Base(folder)
	former, err := g.former()
	if err != nil {
		return "", err
	}
	if !former {
		folder = ""
	} else if err := g.explain(folder, why); err != nil {
		return "", err
	}
	ready := filepath.Join(g.root(), readyName)
	text := fmt.Sprintf("%s\n%016x\n", base, xxhash.Sum64String(base))
	if err := vfs.WriteFileSync(g.fsys, ready+".tmp", []byte(text)); err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	if err := g.fsys.Rename(ready+".tmp", ready); err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	if err := g.fsys.SyncDir(g.root()); err != nil {
		// Whether it counts is not known: nobody may go on with either generation before
		// FinishSwap has looked.
		return "", fmt.Errorf("restore: %w", err)
	}
	return folder, nil
}

// former reports whether there is anything to replace.
func (g *Generation) former() (bool, error) {
	for _, name := range []string{SnapshotsName, LogName, identityName} {
		there, err := vfs.Exists(g.fsys, filepath.Join(g.dir, name))
		if err != nil {
			return false, fmt.Errorf("restore: %w", err)
		}
		if there {
			return true, nil
		}
	}
	return false, nil
}

// explain makes the folder for what is replaced, and writes into it why.
func (g *Generation) explain(folder, why string) error {
	if err := makeBackupFolder(g.fsys, g.dir, folder); err != nil {
		return err
	}
	if err := vfs.WriteFileSync(g.fsys, filepath.Join(folder, replacedName), []byte(why)); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := g.fsys.SyncDir(folder); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

// SwapPending reports whether a data directory has a complete generation that waits to take
// its place.
func SwapPending(fsys vfs.FS, dir string) (bool, error) {
	return vfs.Exists(fsys, filepath.Join(dir, restoreName, readyName))
}

// FinishSwap puts a complete generation into its place, and moves the one before to .backup/,
// whose folder it returns; "" where none waits. It can be repeated after a crash at any point,
// and removes what an incomplete one has left. The caller holds the directory.
func FinishSwap(fsys vfs.FS, dir string) (keptIn string, err error) {
	root := filepath.Join(dir, restoreName)
	there, err := vfs.Exists(fsys, root)
	if err != nil || !there {
		return "", wrapSwap(err)
	}
	pending, err := SwapPending(fsys, dir)
	if err != nil {
		return "", wrapSwap(err)
	}
	if !pending {
		return "", removeRestore(fsys, dir)
	}
	base, err := readReady(fsys, filepath.Join(root, readyName))
	if err != nil {
		return "", err
	}
	folder := filepath.Join(dir, BackupName, base)
	for _, name := range []string{SnapshotsName, LogName, identityName} {
		if err := swapIn(fsys, dir, folder, name); err != nil {
			return "", wrapSwap(err)
		}
	}
	if err := fsys.Remove(filepath.Join(root, readyName)); err != nil {
		return "", wrapSwap(err)
	}
	if err := fsys.SyncDir(root); err != nil {
		return "", wrapSwap(err)
	}
	return folder, removeRestore(fsys, dir)
}

func wrapSwap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("putting the restored database in place: %w; start again when that is mended, nothing is lost", err)
}

func readReady(fsys vfs.FS, name string) (string, error) {
	data, err := vfs.ReadFile(fsys, name, readySizeMax)
	if err != nil {
		return "", wrapSwap(err)
	}
	base, sum, _ := strings.Cut(string(data), "\n")
	if sum != fmt.Sprintf("%016x\n", xxhash.Sum64String(base)) || base != filepath.Base(base) || strings.HasPrefix(base, ".") {
		return "", &IdentityError{File: name, Reason: "is damaged: its checksum does not fit"}
	}
	return base, nil
}

// swapIn puts one file or folder of the new generation in its place, and what was there into
// a folder. A crash may leave a thing that was renamed under both names: then it is the same
// thing, which its identity tells.
func swapIn(fsys vfs.FS, dir, folder, name string) error {
	from, to := filepath.Join(dir, restoreName, restoreNew, name), filepath.Join(dir, name)
	fresh, err := fsys.Stat(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	old, err := fsys.Stat(to)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case old.ID == "" || old.ID != fresh.ID:
		if err := moveInto(fsys, folder, to); err != nil {
			return err
		}
	}
	if err := fsys.Rename(from, to); err != nil {
		return err
	}
	for _, d := range []string{dir, filepath.Dir(from)} {
		if err := fsys.SyncDir(d); err != nil {
			return err
		}
	}
	return nil
}

// removeRestore removes .restore/, durably.
func removeRestore(fsys vfs.FS, dir string) error {
	if err := removeTree(fsys, filepath.Join(dir, restoreName), restoreNested); err != nil {
		return fmt.Errorf("left over from a restore: %w", err)
	}
	if err := fsys.SyncDir(dir); err != nil {
		return fmt.Errorf("left over from a restore: %w", err)
	}
	return nil
}

// removeTree removes a file, or a folder with what is in it.
func removeTree(fsys vfs.FS, path string, depth int) error {
	info, err := fsys.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.Dir || info.Link {
		return fsys.Remove(path)
	}
	if depth == 0 {
		return fmt.Errorf("%s is a folder that no restore has made: move it away", path)
	}
	names, err := fsys.List(path)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := removeTree(fsys, filepath.Join(path, name), depth-1); err != nil {
			return err
		}
	}
	return fsys.Remove(path)
}
