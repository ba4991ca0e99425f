package backup

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"memgraphd/internal/durability/object"
)

// Listed is a backup of a repository, or why its manifest cannot be read.
type Listed struct {
	Name     string // of the manifest
	Manifest Manifest
	Err      error
}

// List returns the completed backups of a repository, oldest first. One whose manifest
// cannot be read is among them, with its error.
func List(ctx context.Context, s object.Store) ([]Listed, error) {
	names, err := manifestNames(ctx, s)
	if err != nil {
		return nil, err
	}
	list := make([]Listed, 0, len(names))
	for _, name := range names {
		m, err := readManifest(ctx, s, name)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if errors.Is(err, object.ErrNotFound) { // it has been deleted since
			continue
		}
		list = append(list, Listed{Name: name, Manifest: m, Err: err})
	}
	return list, nil
}

func manifestNames(ctx context.Context, s object.Store) ([]string, error) {
	var names []string
	err := s.List(ctx, ManifestsFolder, func(info object.Info) error {
		if path.Ext(info.Name) == ".json" {
			names = append(names, info.Name)
		}
		return nil
	})
	return names, err
}

func readManifest(ctx context.Context, s object.Store, name string) (Manifest, error) {
	var m Manifest
	if err := object.GetJSON(ctx, s, name, &m); err != nil {
		return m, err
	}
	if m.Format > ManifestFormat {
		return m, &object.NewerFormatError{Store: s.String(), Name: name, Format: uint32(m.Format), Known: ManifestFormat}
	}
	if m.Name() != name {
		return m, &object.DamagedError{Store: s.String(), Name: name, Err: errors.New("it is the manifest " + m.Name())}
	}
	return m, nil
}

// newest returns the newest readable backup of a database on a timeline, nil if there is
// none. A manifest that cannot be read is passed over, and told.
func newest(ctx context.Context, s object.Store, database DatabaseID, timeline uint32) (m *Manifest, warnings []string, err error) {
	names, err := manifestNames(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range slices.Backward(names) {
		m, err := readManifest(ctx, s, name)
		_, newer := errors.AsType[*object.NewerFormatError](err)
		switch {
		case err == nil && m.Database == database && m.Timeline == timeline:
			return &m, warnings, nil
		case errors.Is(err, object.ErrDamaged), newer:
			warnings = append(warnings, err.Error())
		case err != nil && !errors.Is(err, object.ErrNotFound):
			return nil, warnings, err
		}
	}
	return nil, warnings, nil
}

// Chain returns the backups that the backup of an ID needs, itself first, then its base,
// and so on. missing is the ID of a base that is not there.
func Chain(list []Listed, id string) (chain []*Manifest, missing string) {
	for id != "" && len(chain) <= len(list) {
		at := slices.IndexFunc(list, func(l Listed) bool { return l.Err == nil && l.Manifest.ID == id })
		if at < 0 {
			return chain, id
		}
		chain = append(chain, &list[at].Manifest)
		id = list[at].Manifest.Base
	}
	return chain, ""
}

// isSnapshotName tells whether a name is that of a snapshot.
func isSnapshotName(name string) bool {
	return strings.HasPrefix(name, SnapshotsFolder) && strings.HasSuffix(name, ".snap")
}
