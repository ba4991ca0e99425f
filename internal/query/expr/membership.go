package expr

import (
	"unsafe"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// membership is x IN list.
//
// A list that is the same for all rows and long enough is turned into a set of its
// integers and strings; where x is one of these and the list holds nothing else but nulls,
// the set decides.
type membership struct {
	at
	x, list Evaluator
	known   *memberSet // of a constant list
}

// setMin is the number of elements from which a set is made.
const setMin = 8

// memberSet is what is known of a list.
type memberSet struct {
	of      value.Value // the list
	ints    map[int64]struct{}
	strings map[string]struct{}
	null    bool // a null is among the elements
	plain   bool // all elements are integers, strings or nulls
}

func newMembership(where at, x, list Evaluator) *membership {
	e := &membership{at: where, x: x, list: list}
	if k, ok := literalOf(list); ok && k.Kind() == value.KindList {
		e.known = newMemberSet(k)
	}
	return e
}

// newMemberSet returns the set of a list, or nil where one is not worth it.
func newMemberSet(list value.Value) *memberSet {
	elements := list.AsList()
	if len(elements) < setMin {
		return nil
	}
	s := &memberSet{of: list, ints: make(map[int64]struct{}), strings: make(map[string]struct{}), plain: true}
	for _, x := range elements {
		switch x.Kind() {
		case value.KindInt:
			s.ints[x.AsInt()] = struct{}{}
		case value.KindString:
			s.strings[x.AsString()] = struct{}{}
		case value.KindNull:
			s.null = true
		case value.KindBool, value.KindFloat, value.KindBytes, value.KindList, value.KindMap, value.KindNode, value.KindEdge, value.KindPath,
			value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
			s.plain = false
			return s
		}
	}
	return s
}

// is reports whether s is the set of this very list.
func (s *memberSet) is(list value.Value) bool {
	a, b := s.of.AsList(), list.AsList()
	return unsafe.SliceData(a) == unsafe.SliceData(b) && len(a) == len(b)
}

// has decides whether x is in s; ok is false where the list itself must be asked.
func (s *memberSet) has(x value.Value) (t value.Ternary, ok bool) {
	if !s.plain {
		return 0, false
	}
	var found bool
	switch x.Kind() {
	case value.KindInt:
		_, found = s.ints[x.AsInt()]
	case value.KindString:
		_, found = s.strings[x.AsString()]
	case value.KindNull, value.KindBool, value.KindFloat, value.KindBytes, value.KindList, value.KindMap, value.KindNode, value.KindEdge, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
		return 0, false
	}
	switch {
	case found:
		return value.Yes, true
	case s.null:
		return value.Unknown, true
	}
	return value.No, true
}

// set returns the set of a list that is the same for all rows, or nil.
func (e *membership) set(c *Context, list value.Value) *memberSet {
	if e.known != nil {
		return e.known
	}
	if list.Kind() != value.KindList || len(list.AsList()) < setMin {
		return nil
	}
	if s := c.sets[e]; s != nil && s.is(list) {
		return s
	}
	if c.sets == nil {
		c.sets = make(map[*membership]*memberSet)
	}
	s := newMemberSet(list)
	c.sets[e] = s
	return s
}

func (e *membership) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	x, err := c.load(e.x, in)
	if err != nil {
		return err
	}
	list, err := c.load(e.list, in)
	if err != nil {
		return err
	}
	var set *memberSet
	if list.v == nil && in.Rows() > 1 || e.known != nil {
		set = e.set(c, list.x)
	}
	out.Reset(batch.Bools, in.Len)
	for _, r := range c.rows(in) {
		y := x.at(r)
		if set != nil {
			if t, ok := set.has(y); ok {
				put(out, r, t)
				continue
			}
		}
		t, err := e.one(y, list.at(r))
		if err != nil {
			return err
		}
		put(out, r, t)
	}
	return nil
}

// one decides one row.
func (e *membership) one(x, list value.Value) (value.Ternary, error) {
	if list.IsNull() {
		return value.Unknown, nil
	}
	if list.Kind() != value.KindList {
		return 0, typeError(e.where, "the operator IN", "a list", list)
	}
	result := value.No
	for _, y := range list.AsList() {
		if result = max(result, value.Equal(x, y)); result == value.Yes {
			break
		}
	}
	return result, nil
}
