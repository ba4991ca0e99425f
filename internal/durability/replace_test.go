package durability_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
)

// replacing is a server with a snapshot and commits after it, which the snapshot is to
// replace.
type replacing struct {
	t    *testing.T
	d    *database
	fs   *vfs.Mem
	path string // of the snapshot

	early, late         change.Index
	earlyText, lateText string
}

func newReplacing(t *testing.T, seed uint64) *replacing {
	t.Helper()
	r := &replacing{t: t, fs: vfs.NewMem(seed)}
	r.d = open(t, r.fs)
	r.d.commits(20)
	info, err := r.d.m.CreateSnapshot(noContext)
	check(t, err)
	r.path, r.early, r.earlyText = info.Path, info.Index, graphText(r.d.s)
	r.late, r.lateText = r.d.commits(20), graphText(r.d.s)
	return r
}

func (r *replacing) replace() error {
	_, err := r.d.m.Replace(noContext, durability.Replacement{
		What: "a test", Force: true, NewStore: newStore,
		Fetch: func(context.Context, string) (string, error) { return r.path, nil },
		Alone: func(context.Context) (func(), error) { return func() {}, nil },
	})
	return err
}

// whole replaces, and starts again, as a server does. told is what Replace said.
func (r *replacing) whole() (told error) {
	told = r.replace()
	r.d.abandon()
	if told != nil && !errors.Is(told, durability.ErrReplaced) {
		return told
	}
	if d, err := tryOpen(r.t, r.fs); err == nil {
		d.abandon()
	}
	return told
}

// finds starts a server and says which database it is.
func (r *replacing) finds(fsys *vfs.Mem, what string) (replaced bool) {
	r.t.Helper()
	d, err := tryOpen(r.t, fsys)
	if err != nil {
		r.t.Fatalf("%s: %v", what, err)
	}
	defer d.abandon()
	want := r.lateText
	switch last := d.s.LastCommitted(); last {
	case r.early:
		replaced, want = true, r.earlyText
	case r.late:
	default:
		r.t.Fatalf("%s: commit %d, which is neither %d nor %d", what, last, r.early, r.late)
	}
	if got := graphText(d.s); got != want {
		r.t.Fatalf("%s: the graph of commit %d is another:\n%s", what, d.s.LastCommitted(), diff(got, want))
	}
	check(r.t, d.s.Check())
	names, err := fsys.List(dataDir)
	check(r.t, err)
	if strings.Contains(strings.Join(names, " "), ".restore") {
		r.t.Errorf("%s: left over: %v", what, names)
	}
	return replaced
}

// measure returns how many operations Replace takes, and those of it and the start after it.
func measure(t *testing.T, seed uint64) (replace, all uint64) {
	t.Helper()
	r := newReplacing(t, seed)
	before := r.fs.Ops()
	check(t, r.replace())
	replace = r.fs.Ops() - before
	r.d.abandon()
	open(t, r.fs).abandon()
	return replace, r.fs.Ops() - before
}

// TestReplaceCrashAtEachOperation: the directory has the former database or the new one, and
// the new one from the moment on that Replace said so.
func TestReplaceCrashAtEachOperation(t *testing.T) {
	_, ops := measure(t, 61)
	seen := map[bool]int{}
	every(t, ops, func(n uint64) {
		r := newReplacing(t, 61)
		r.fs.CrashAt(r.fs.Ops() + n)
		told := r.whole()
		for _, model := range vfs.CrashModels() {
			what := fmt.Sprintf("crash at operation %d of %d, %v, Replace said %v", n, ops, model, told)
			replaced := r.finds(r.fs.CrashClone(model), what)
			seen[replaced]++
			switch {
			case told == nil && !replaced:
				t.Errorf("%s: the former database is there", what)
			case told != nil && !errors.Is(told, durability.ErrReplaced) && replaced && !r.fs.Crashed():
				t.Errorf("%s: the new database is there", what)
			}
		}
	})
	if seen[true] == 0 || seen[false] == 0 {
		t.Errorf("%v", seen)
	}
	t.Logf("%d operations: %d times the former database, %d times the new one", ops, seen[false], seen[true])
}

// TestReplaceErrorAtEachOperation: after a failure the server goes on as if nothing had
// happened, or it knows that it was replaced.
func TestReplaceErrorAtEachOperation(t *testing.T) {
	ops, _ := measure(t, 62)
	said := map[string]int{}
	for _, fault := range faults {
		every(t, ops, func(n uint64) {
			r := newReplacing(t, 62)
			from := r.fs.Ops() + n
			r.fs.Inject(func(op vfs.Op) error {
				if op.N == from || fault.sticky && op.N > from && op.Kind.Mutates() {
					return fault.err
				}
				return nil
			})
			err := r.replace()
			r.fs.Inject(nil)
			what := fmt.Sprintf("%s at operation %d of %d: Replace said %v", fault.name, n, ops, err)
			switch {
			case err == nil:
				said["replaced"]++
				r.d.abandon()
				if !r.finds(r.fs, what) {
					t.Errorf("%s: the former database is there", what)
				}
			case errors.Is(err, durability.ErrReplaced):
				said["perhaps replaced"]++
				r.d.abandon()
				r.finds(r.fs, what)
			default:
				said["not replaced"]++
				r.goesOn(what)
			}
		})
	}
	if said["replaced"] == 0 || said["not replaced"] == 0 {
		t.Errorf("%v", said)
	}
	t.Logf("%d operations, %d faults: %v", ops, len(faults), said)
}

// goesOn uses the server after a replacement that failed, starts it again, and replaces it
// without a failure.
func (r *replacing) goesOn(what string) {
	r.t.Helper()
	if got := graphText(r.d.s); got != r.lateText {
		r.t.Fatalf("%s: the graph is another:\n%s", what, diff(got, r.lateText))
	}
	if err := r.d.m.Health(); err != nil {
		r.t.Fatalf("%s: the log has stopped: %v", what, err)
	}
	r.d.commits(3)
	last, text := r.d.s.LastCommitted(), graphText(r.d.s)
	r.d.abandon()
	d, err := tryOpen(r.t, r.fs)
	if err != nil {
		r.t.Fatalf("%s: %v", what, err)
	}
	if got := d.s.LastCommitted(); got != last || graphText(d.s) != text {
		r.t.Fatalf("%s: a start finds commit %d, want %d", what, got, last)
	}
	r.d = d
	if err = r.replace(); err != nil {
		r.t.Fatalf("%s: the next one says %v", what, err)
	}
	r.d.abandon()
	if !r.finds(r.fs, what) {
		r.t.Errorf("%s: the next one did not replace", what)
	}
}
