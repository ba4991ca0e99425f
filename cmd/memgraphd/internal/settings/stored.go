package settings

import (
	"context"
	"path/filepath"

	"memgraphd/internal/config"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/setting"
)

// Stored reads what SET DATABASE SETTING has stored in the data directory of a server that does not run, as far as it would be
// in force.
func Stored(ctx context.Context, c *config.Config) ([]config.Stored, error) {
	directory, err := filepath.Abs(c.Storage.DataDirectory)
	if err != nil {
		return nil, err
	}
	entries, err := recovery.Entries(ctx, recovery.Options{FS: vfs.OS(), Dir: directory}, setting.Kind)
	if err != nil {
		return nil, err
	}
	var stored []config.Stored
	for _, e := range entries {
		flag := c.Setting(FlagOf(e.Name))
		text, err := setting.Decode(e.Data)
		if flag == nil || err != nil || e.Name == Snapshots && c.Setting(SnapshotSecondsFlag).Given() {
			continue
		}
		if text, err = flag.Flag.Canonical(text); err == nil {
			stored = append(stored, config.Stored{Flag: flag.Flag.Name, Name: e.Name, Value: text})
		}
	}
	return stored, nil
}
