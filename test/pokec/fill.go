package pokec

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// runLength is how many relationships are handed over at a time.
const runLength = 1 << 14

// Fill puts a graph into an empty store, with indexes of :User and of :User(id).
func (g *Graph) Fill(ctx context.Context, s *storage.Store) error {
	lanes := max(2, runtime.GOMAXPROCS(0))
	bulk, err := s.NewBulk(lanes)
	if err != nil {
		return err
	}
	f := &filling{g: g, s: s, bulk: bulk}
	if err = f.names(); err != nil {
		return err
	}
	if err = bulk.GrowNodes(graph.NodeID(g.Users - 1)); err != nil {
		return err
	}
	if err = f.each(f.users); err != nil {
		return err
	}
	if err = f.each(func(l *storage.Lane, from, to uint32) error { return f.runs(from, to, l.Edges) }); err != nil {
		return err
	}
	passes, err := bulk.Plan()
	if err != nil {
		return err
	}
	for range passes {
		err = f.each(func(l *storage.Lane, from, to uint32) error {
			return f.runs(from, to, func(r storage.EdgeRun) error { l.Scatter(r); return nil })
		})
		if err == nil {
			err = bulk.Build(ctx)
		}
		if err != nil {
			return err
		}
	}
	if err = bulk.Finish(1, 0, 0); err != nil {
		return err
	}
	for _, d := range []storage.IndexDef{{Label: f.label}, {Label: f.label, Key: f.keys[0], HasKey: true}} {
		if _, err = s.CreateIndex(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// filling is one Fill.
type filling struct {
	g     *Graph
	s     *storage.Store
	bulk  *storage.Bulk
	label graph.LabelID
	kind  graph.TypeID
	keys  []graph.KeyID
}

func (f *filling) names() (err error) {
	if f.label, err = f.s.InternLabel("User"); err != nil {
		return err
	}
	if f.kind, err = f.s.InternType("Friend"); err != nil {
		return err
	}
	for _, name := range Keys() {
		key, err := f.s.InternKey(name)
		if err != nil {
			return err
		}
		f.keys = append(f.keys, key)
	}
	return nil
}

// Keys returns the names of the properties of a user.
func Keys() []string {
	return []string{"id", "age", "gender", "public", "completion_percentage", "region", "last_login"}
}

// Values returns the properties of a user in the order of Keys.
func (u User) Values() []value.Value {
	return []value.Value{
		value.Int(u.ID), value.Int(u.Age), value.String(u.Gender), value.Bool(u.Public),
		value.Int(u.Completion), value.String(u.Region), value.Int(u.LastLogin),
	}
}

// each gives every lane its share of the users, in a goroutine of its own.
func (f *filling) each(fn func(l *storage.Lane, from, to uint32) error) error {
	lanes := f.bulk.Lanes()
	errs := make([]error, len(lanes))
	var group sync.WaitGroup
	for i, l := range lanes {
		group.Go(func() {
			errs[i] = fn(l, uint32(i*f.g.Users/len(lanes)), uint32((i+1)*f.g.Users/len(lanes)))
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

func (f *filling) users(l *storage.Lane, from, to uint32) error {
	set, err := l.Labels([]graph.LabelID{f.label})
	if err != nil {
		return err
	}
	props := make([]storage.Property, len(f.keys))
	for u := from; u < to; u++ {
		for i, v := range f.g.User(u).Values() {
			props[i] = storage.Property{Key: f.keys[i], Value: v}
		}
		if err := l.Node(graph.NodeID(u), 0, set, props); err != nil {
			return fmt.Errorf("user %d: %w", u, err)
		}
	}
	return nil
}

// runs hands over the relationships of some users.
func (f *filling) runs(from, to uint32, fn func(storage.EdgeRun) error) error {
	var r storage.EdgeRun
	give := func() error {
		if len(r.IDs) == 0 {
			return nil
		}
		err := fn(r)
		r.IDs, r.Types, r.Sources, r.Targets = r.IDs[:0], r.Types[:0], r.Sources[:0], r.Targets[:0]
		return err
	}
	for u := from; u < to; u++ {
		first := f.g.First(u)
		for i, t := range f.g.Friends(u) {
			r.IDs = append(r.IDs, graph.EdgeID(first+uint32(i)))
			r.Types = append(r.Types, f.kind)
			r.Sources = append(r.Sources, graph.NodeID(u))
			r.Targets = append(r.Targets, graph.NodeID(t))
		}
		if len(r.IDs) >= runLength {
			if err := give(); err != nil {
				return err
			}
		}
	}
	return give()
}
