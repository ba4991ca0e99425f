package durability_test

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/codec"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// emptyDatabase returns a disk with an empty database, and its log's options.
func emptyDatabase(t *testing.T) (*vfs.Mem, wal.Options) {
	t.Helper()
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	o := wal.Options{FS: fsys, Dir: filepath.Join(dataDir, "wal"), Database: d.m.Info().Database, SegmentBytes: 4096, Now: options(fsys, d.s).Now}
	d.close()
	return fsys, o
}

// appendRecords writes records of good frames, whatever is in them.
func appendRecords(t *testing.T, o wal.Options, payloads ...[]byte) {
	t.Helper()
	end, err := wal.Scan(o, 1, nil)
	check(t, err)
	l, err := wal.Open(o, end)
	check(t, err)
	for i, p := range payloads {
		w, err := l.Enqueue(wal.Record{Kind: wal.KindCommit, Index: end.Last + uint64(i) + 1, Timeline: 1, Payload: p})
		check(t, err)
		check(t, w.Wait())
	}
	check(t, l.Close())
}

// names are those of a commit that is built by hand.
type names struct{}

func (names) LabelName(graph.LabelID) string { return "L" }
func (names) TypeName(graph.TypeID) string   { return "T" }
func (names) KeyName(graph.KeyID) string     { return "k" }

func encode(t testing.TB, ops ...change.Op) []byte { //nolint:thelper // it is no helper of one test
	t.Helper()
	var e codec.Encoder
	payload, err := e.Append(nil, &change.Commit{Ops: ops}, names{})
	check(t, err)
	return payload
}

// encodeEntry returns the commit that puts an entry.
func encodeEntry(t testing.TB, entry change.Entry) []byte { //nolint:thelper // it is no helper of one test
	t.Helper()
	var e codec.Encoder
	payload, err := e.Append(nil, &change.Commit{Ops: []change.Op{{Kind: change.PutEntry}}, Entries: []change.Entry{entry}}, names{})
	check(t, err)
	return payload
}

// FuzzReplay puts any bytes into records whose frames are good. The start refuses them
// with an error, or the store is consistent.
func FuzzReplay(f *testing.F) {
	create := encode(f,
		change.Op{Kind: change.CreateNode, Node: 0}, change.Op{Kind: change.CreateNode, Node: 3, Generation: 1},
		change.Op{Kind: change.AddLabel, Node: 3}, change.Op{Kind: change.SetNodeProp, Node: 3, Value: value.String("x")},
		change.Op{Kind: change.CreateEdge, Node: 0, Edge: graph.Edge{ID: 1, Dst: 3}})
	remove := encode(f,
		change.Op{Kind: change.SetEdgeProp, Node: 0, Edge: graph.Edge{ID: 1, Dst: 3}, Value: value.Int(7)},
		change.Op{Kind: change.DeleteEdge, Node: 0, Edge: graph.Edge{ID: 1, Dst: 3}},
		change.Op{Kind: change.RemoveLabel, Node: 3}, change.Op{Kind: change.DeleteNode, Node: 3})
	f.Add(create, remove)
	f.Add(create, create)
	f.Add(remove, create)
	f.Add([]byte{}, []byte{1})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		fsys, o := emptyDatabase(t)
		appendRecords(t, o, first, second)
		d, err := tryOpen(t, fsys)
		if err != nil {
			return
		}
		check(t, d.s.Check())
		d.close()
	})
}

// TestCommitsThatCannotBeApplied shows what a start says of records whose frames are good
// and whose contents are not.
func TestCommitsThatCannotBeApplied(t *testing.T) {
	for _, c := range []struct {
		payload []byte
		want    string
		newer   bool
	}{
		{[]byte{}, "replay of the log: commit 1 cannot be decoded: malformed at byte 0: ends too early", false},
		{[]byte{1, 0, 0, 0, 0, 0, 1, 77, 0}, "replay of the log: commit 1 cannot be decoded: malformed at byte 8: unknown tag of a change 77", false},
		{[]byte{7, 0, 0}, "commit 1 of the log was written by a newer version: format 7, this server reads up to 3; start the version that wrote it, or a newer one", true},
		{encode(t, change.Op{Kind: change.DeleteNode, Node: 5}), "replay of the log: commit 1 cannot be applied: ", false},
	} {
		fsys, o := emptyDatabase(t)
		appendRecords(t, o, c.payload)
		_, err := tryOpen(t, fsys)
		if err == nil || len(err.Error()) < len(c.want) || err.Error()[:len(c.want)] != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
		if _, newer := errors.AsType[*durability.NewerFormatError](err); newer != c.newer {
			t.Errorf("%v: taken for a newer format: %v", err, newer)
		}
	}
}

// TestOnARealDisk goes once round on the file system of this machine.
func TestOnARealDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "data")
	alter := func(o *durability.Options) { o.FS, o.Dir = vfs.OS(), dir }
	d := open(t, nil, alter)
	d.commits(50)
	must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
	must[bool](t)(d.m.LockDirectory("ann"))
	d.commits(50)
	want := graphText(d.s)
	if _, err := tryOpen(t, nil, alter); err == nil {
		t.Fatal("two servers use one directory")
	} else if _, locked := errors.AsType[*durability.DirectoryLockedError](err); !locked {
		t.Fatal(err)
	}
	d.close()
	d = open(t, nil, alter)
	d.same(want)
	if info := d.m.Info(); info.Lock.Owner != "ann" || info.Recovery.Replayed != 50 {
		t.Fatalf("got %+v", info)
	}
	must[bool](t)(d.m.UnlockDirectory())
	d.close()
	blocked := func(o *durability.Options) { o.FS, o.Dir = vfs.OS(), filepath.Join(dir, "database.json", "data") }
	_, err := tryOpen(t, nil, blocked)
	if _, refused := errors.AsType[*durability.NotWritableError](err); !refused || !errors.Is(err, syscall.ENOTDIR) || !strings.Contains(err.Error(), "is a file; choose another directory") {
		t.Fatalf("got %v", err)
	}
}
