package online

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/storage/value"
)

const anyFile = `{"name":"wal/00000000000000000001.wal","bytes":100}`

// fake is a source with one file, whatever is asked for.
type fake struct {
	data   []byte
	opened atomic.Int64
	open   atomic.Int64 // readers
	closed atomic.Int64
	kept   atomic.Uint64
	err    error // of every reader, at its end
}

func (f *fake) Describe(context.Context) (backup.Description, error) {
	return backup.Description{}, nil
}

func (f *fake) Open(_ context.Context, _ backup.SourceFile, offset int64) (io.ReadCloser, error) {
	f.opened.Add(1)
	f.open.Add(1)
	data := f.data[min(offset, int64(len(f.data))):]
	var end io.Reader = bytes.NewReader(nil)
	if f.err != nil {
		end = failing{f.err}
	}
	return &fakeFile{Reader: io.MultiReader(bytes.NewReader(data), end), f: f}, nil
}

func (f *fake) Keep(_ context.Context, from uint64) error {
	f.kept.Store(from)
	return nil
}

func (f *fake) Close() error {
	f.closed.Add(1)
	return nil
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

type fakeFile struct {
	io.Reader
	f *fake
}

func (f *fakeFile) Close() error {
	f.f.open.Add(-1)
	return nil
}

// caller calls the procedures of a server as a statement does.
type caller struct {
	s        *Server
	reserved int64
}

func (c *caller) call(t *testing.T, name string, args ...value.Value) ([][]value.Value, error) {
	t.Helper()
	list := c.s.Procedures()
	at := slices.IndexFunc(list, func(p procedure.Procedure) bool { return p.Name == "mg.backup."+name })
	p := list[at]
	for i, arg := range args {
		if _, ok := p.Args[i].Type.Convert(arg); !ok {
			t.Fatalf("argument %d of %s is not of its type", i, name)
		}
	}
	rows, err := p.Call(&procedure.Context{
		Interrupted: func() error { return nil },
		Reserve:     func(n int64) error { c.reserved += n; return nil },
	}, args)
	if err != nil {
		return nil, err
	}
	var all [][]value.Value
	for {
		row, err := rows()
		if err != nil || row == nil {
			return all, err
		}
		if len(row) != len(p.Results) {
			t.Fatalf("%s gives %d values for %d results", name, len(row), len(p.Results))
		}
		all = append(all, row)
	}
}

func (c *caller) begin(t *testing.T) value.Value {
	t.Helper()
	rows, err := c.call(t, "begin", value.String("a test"))
	if err != nil {
		t.Fatal(err)
	}
	var d backup.Description
	if err := json.Unmarshal([]byte(rows[0][2].AsString()), &d); err != nil {
		t.Error(err)
	}
	return rows[0][0]
}

func (c *caller) read(t *testing.T, session value.Value, offset, n int64) ([]byte, error) {
	t.Helper()
	rows, err := c.call(t, "read", session, value.String(anyFile), value.Int(offset), value.Int(n))
	var all []byte
	for _, row := range rows {
		all = append(all, row[0].AsBytes()...)
	}
	return all, err
}

func newCaller(t *testing.T, f *fake) *caller {
	t.Helper()
	s := NewServer(Options{Open: func(context.Context, string) (backup.Source, error) { return f, nil }})
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if f.open.Load() != 0 {
			t.Errorf("%d files are open at the end", f.open.Load())
		}
	})
	return &caller{s: s}
}

func pattern(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i * 7 / 3)
	}
	return data
}

// TestRead reads a file in order with one open file, and again from any place.
func TestRead(t *testing.T) {
	f := &fake{data: pattern(5<<20 + 17)}
	c := newCaller(t, f)
	id := c.begin(t)
	var all []byte
	for {
		data, err := c.read(t, id, int64(len(all)), 2<<20)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data...)
		if len(data) < 2<<20 {
			break
		}
	}
	if !bytes.Equal(all, f.data) {
		t.Error("the file reads differently")
	}
	if n := f.opened.Load(); n != 1 {
		t.Errorf("the file was opened %d times", n)
	}
	if c.reserved != 3*2<<20 {
		t.Errorf("%d bytes were reserved", c.reserved)
	}
	for _, offset := range []int64{0, 1 << 20, 5 << 20, int64(len(f.data)), int64(len(f.data)) + 1} {
		data, err := c.read(t, id, offset, 100)
		from := min(offset, int64(len(f.data)))
		if want := f.data[from:min(from+100, int64(len(f.data)))]; err != nil || !bytes.Equal(data, want) {
			t.Errorf("at %d: %d bytes, %v", offset, len(data), err)
		}
	}
	for offset := range int64(3 * readersMax) {
		if _, err := c.read(t, id, offset, 5); err != nil {
			t.Error(err)
		}
	}
	if n := f.open.Load(); n > readersMax {
		t.Errorf("%d files are open", n)
	}
	if _, err := c.call(t, "keep", id, value.Int(17)); err != nil || f.kept.Load() != 17 {
		t.Errorf("keep from commit 17: %v, from %d", err, f.kept.Load())
	}
	rows, err := c.call(t, "end", id)
	if err != nil || !rows[0][0].AsBool() || f.closed.Load() != 1 || f.open.Load() != 0 {
		t.Errorf("the end: %v, %v, %d closed, %d open", rows, err, f.closed.Load(), f.open.Load())
	}
	if rows, err = c.call(t, "end", id); err != nil || rows[0][0].AsBool() {
		t.Errorf("a second end: %v, %v", rows, err)
	}
	var unknown *UnknownSessionError
	if _, err := c.read(t, id, 0, 1); !errors.As(err, &unknown) {
		t.Errorf("a read after the end: %v", err)
	}
}

// TestWrongCalls refuses what makes no sense, without a trace.
func TestWrongCalls(t *testing.T) {
	f := &fake{data: pattern(100)}
	c := newCaller(t, f)
	id := c.begin(t)
	for name, args := range map[string][]value.Value{
		"begin":    {value.String("")},
		"describe": {value.Null},
		"keep":     {value.String("x"), value.Null},
	} {
		if _, err := c.call(t, name, args...); err == nil {
			t.Errorf("%s%v has worked", name, args)
		}
	}
	for _, holder := range []string{strings.Repeat("x", holderMax+1), "a\nb"} {
		if _, err := c.call(t, "begin", value.String(holder)); err == nil {
			t.Errorf("the holder %q was taken", holder)
		}
	}
	for _, commit := range []int64{-1, math.MinInt64} {
		if _, err := c.call(t, "keep", id, value.Int(commit)); err == nil {
			t.Errorf("commit %d was taken", commit)
		}
	}
	good := []value.Value{id, value.String(anyFile), value.Int(0), value.Int(1)}
	for i, bad := range []value.Value{value.String("x"), value.String(`{"name":"/etc/passwd","bytes":1}`), value.Int(-1), value.Int(readMax + 1)} {
		for _, v := range []value.Value{bad, value.Null} {
			args := slices.Clone(good)
			args[i] = v
			if _, err := c.call(t, "read", args...); err == nil {
				t.Errorf("a read with %v as argument %d has worked", v, i)
			}
		}
	}
	f.err = errors.New("the moon is full")
	if _, err := c.read(t, id, 0, 200); !errors.Is(err, f.err) {
		t.Errorf("a file that fails: %v", err)
	}
	if f.open.Load() != 0 {
		t.Error("a file that has failed stays open")
	}
}

// TestLease ends a session that nobody calls, and none that somebody does.
func TestLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{data: pattern(100)}
		c := newCaller(t, f)
		id := c.begin(t)
		if _, err := c.read(t, id, 0, 10); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			time.Sleep(leaseDefault - time.Second)
			if _, err := c.call(t, "keep", id, value.Null); err != nil {
				t.Fatal(err)
			}
		}
		err := c.s.use(id.AsString(), func(*session) error {
			time.Sleep(3 * leaseDefault) // a call that takes long
			return nil
		})
		if err != nil || f.closed.Load() != 0 {
			t.Fatalf("during a call: %v, closed %d times", err, f.closed.Load())
		}
		time.Sleep(leaseDefault + time.Second)
		if f.closed.Load() != 1 || f.open.Load() != 0 {
			t.Errorf("after the lease: closed %d times, %d files open", f.closed.Load(), f.open.Load())
		}
		if _, err := c.call(t, "keep", id, value.Null); err == nil {
			t.Error("it can still be renewed")
		}
	})
}

// TestEndWhileUsed closes a session when its last call is done.
func TestEndWhileUsed(t *testing.T) {
	f := &fake{}
	c := newCaller(t, f)
	id := c.begin(t).AsString()
	err := c.s.use(id, func(*session) error {
		if ended, err := c.s.end(id); err != nil || !ended {
			t.Errorf("end: %t, %v", ended, err)
		}
		if f.closed.Load() != 0 {
			t.Error("it was closed under the call")
		}
		return nil
	})
	if err != nil || f.closed.Load() != 1 {
		t.Errorf("%v, closed %d times", err, f.closed.Load())
	}
}

// TestBounds refuses more sessions than there may be, and any after the end.
func TestBounds(t *testing.T) {
	f := &fake{}
	c := newCaller(t, f)
	for range sessionsMax {
		c.begin(t)
	}
	if _, err := c.call(t, "begin", value.String("one more")); err == nil {
		t.Error("one more session has begun")
	}
	if err := c.s.Close(); err != nil {
		t.Error(err)
	}
	if n := f.closed.Load(); n != sessionsMax {
		t.Errorf("%d sources were closed", n)
	}
	if _, err := c.call(t, "begin", value.String("late")); err == nil {
		t.Error("a session has begun after the end")
	}
}

// TestOpenFails passes on why the files cannot be read, and keeps no place for it.
func TestOpenFails(t *testing.T) {
	broken := errors.New("no data")
	c := &caller{s: NewServer(Options{Open: func(context.Context, string) (backup.Source, error) { return nil, broken }})}
	for range 2 * sessionsMax {
		if _, err := c.call(t, "begin", value.String("x")); !errors.Is(err, broken) {
			t.Fatal(err)
		}
	}
}
