package bulk

import (
	"strconv"
	"strings"
)

// noSlot is the slot of a node that nothing refers to.
const noSlot = ^uint32(0)

// slotsMax bounds the nodes of one import.
const slotsMax = 1<<32 - 2

// missing is the node of a slot before the server has made it.
const missing = -1

// ids knows the node of each id of the files. One goroutine adds and finds; what the server answers comes in by settle,
// between which and find the caller has to wait.
type ids struct {
	spaces map[string]*space
	count  uint64
	nodes  []int64 // by slot
}

// space is a group of ids. Most ids are numbers, which take the less room.
type space struct {
	numeric bool // ids are numbers, however they are written
	numbers map[int64]uint32
	texts   map[string]uint32
}

func newIDs() *ids { return &ids{spaces: make(map[string]*space)} }

// number returns an id that is an integer in its usual notation.
func (p *space) number(id string) (int64, bool) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || !p.numeric && strconv.FormatInt(n, 10) != id {
		return 0, false
	}
	return n, true
}

// group returns a group of ids, which is new if need be.
func (s *ids) group(name string) *space {
	p := s.spaces[name]
	if p == nil {
		p = &space{numbers: make(map[int64]uint32), texts: make(map[string]uint32)}
		s.spaces[name] = p
	}
	return p
}

// add gives an id its slot; fresh is false where it has one.
func (s *ids) add(group, id string) (slot uint32, fresh bool) {
	if _, ok := s.slot(group, id); ok || s.count >= slotsMax {
		return 0, false
	}
	p := s.group(group)
	slot = uint32(s.count)
	s.count++
	if n, ok := p.number(id); ok {
		p.numbers[n] = slot
	} else {
		p.texts[strings.Clone(id)] = slot
	}
	return slot, true
}

func (s *ids) slot(group, id string) (uint32, bool) {
	p := s.spaces[group]
	if p == nil {
		return 0, false
	}
	if n, ok := p.number(id); ok {
		slot, ok := p.numbers[n]
		return slot, ok
	}
	slot, ok := p.texts[id]
	return slot, ok
}

// grow makes room for the nodes of the slots that were given so far.
func (s *ids) grow() {
	for uint64(len(s.nodes)) < s.count {
		s.nodes = append(s.nodes, missing)
	}
}

// find returns the node of an id.
func (s *ids) find(group, id string) (node int64, ok bool) {
	slot, ok := s.slot(group, id)
	if !ok || uint64(slot) >= uint64(len(s.nodes)) || s.nodes[slot] == missing {
		return 0, false
	}
	return s.nodes[slot], true
}
