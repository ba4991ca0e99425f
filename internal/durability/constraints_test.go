package durability_test

import (
	"errors"
	"strings"
	"testing"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// TestLogThatBreaksAConstraint puts a commit into the log that no server writes: its record
// is intact and its node has a value that another has. The start is refused and names it.
func TestLogThatBreaksAConstraint(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	unique := storage.ConstraintDef{Rule: constraint.Unique, Label: d.w.ruled, Keys: d.w.keys[:1]}
	created, err := d.s.CreateConstraint(noContext, unique)
	check(t, err)
	if !created {
		t.Fatal("there is one already")
	}
	tx := d.s.Begin(storage.TxOptions{})
	_, err = tx.CreateNode([]graph.LabelID{d.w.ruled}, []storage.Property{{Key: d.w.keys[0], Value: value.Int(7)}})
	check(t, err)
	last, err := tx.Commit()
	check(t, err)
	tx.Release()
	// A start from the snapshot and one from the log alike.
	_, err = d.m.CreateSnapshot(noContext)
	check(t, err)
	good := fsys.CrashClone(vfs.Everything)

	ticket, err := d.rec.journal.Prepare(&change.Commit{Timeline: 1, Ops: []change.Op{
		{Kind: change.CreateNode, Node: 5},
		{Kind: change.AddLabel, Node: 5, Ref: uint32(d.w.ruled)},
		{Kind: change.SetNodeProp, Node: 5, Ref: uint32(d.w.keys[0]), Value: value.Float(7)},
	}})
	check(t, err)
	check(t, ticket.Enqueue(last+1, epoch.UnixMicro()))
	check(t, ticket.Wait())
	d.abandon()

	_, err = tryOpen(t, fsys)
	commit, refused := errors.AsType[*durability.CommitError](err)
	if !refused || commit.Index != last+1 || !errors.Is(err, constraint.ErrViolated) ||
		!strings.Contains(err.Error(), "unique constraint on :Ruled(k0) violated: node 5 has k0 = 7.0, which node 0 has too") {
		t.Fatalf("the start says %v", err)
	}
	again := open(t, good)
	if n := len(again.s.Constraints()); n != 1 {
		t.Errorf("%d constraints", n)
	}
	again.close()
}
