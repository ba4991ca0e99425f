package exec

import "memgraphd/internal/storage/graph"

// nodeMap finds a number by a node: an open hash table that is emptied in one step, so
// that it can serve one search after another. Numbers are below 1<<31.
type nodeMap struct {
	slots []nodeSlot // as many as a power of two
	count int
	// base is added to every number. What is below it was put in before the last clear.
	base uint32
}

type nodeSlot struct {
	node graph.NodeID
	at   uint32
}

// nodeMapMin is the least number of slots.
const nodeMapMin = 64

// clear takes everything out.
func (m *nodeMap) clear(numbers int) {
	if uint64(m.base)+uint64(numbers) >= 1<<31 {
		clear(m.slots)
		m.base = 0
	} else {
		m.base += uint32(numbers)
	}
	if m.base == 0 {
		m.base = 1
	}
	m.count = 0
}

// full tells whether m has to grow before anything is added.
func (m *nodeMap) full() bool { return 2*m.count >= len(m.slots) }

// bytesToGrow is how much more memory m takes when it grows.
func (m *nodeMap) bytesToGrow() int64 { return int64(max(nodeMapMin, len(m.slots))) * 8 }

// grow doubles m.
func (m *nodeMap) grow() {
	old := m.slots
	m.slots = make([]nodeSlot, max(nodeMapMin, 2*len(old)))
	mask := uint32(len(m.slots) - 1)
	for _, s := range old {
		if s.at < m.base {
			continue
		}
		i := spread(s.node) & mask
		for m.slots[i].at >= m.base {
			i = (i + 1) & mask
		}
		m.slots[i] = s
	}
}

// find returns the number of n, or -1.
func (m *nodeMap) find(n graph.NodeID) int {
	if m.count == 0 {
		return -1
	}
	mask := uint32(len(m.slots) - 1)
	for i := spread(n) & mask; ; i = (i + 1) & mask {
		s := &m.slots[i]
		if s.at < m.base {
			return -1
		}
		if s.node == n {
			return int(s.at - m.base)
		}
	}
}

// add gives n a number unless it has one, which is returned then; otherwise it returns -1.
// m must not be full.
func (m *nodeMap) add(n graph.NodeID, number int) int {
	mask := uint32(len(m.slots) - 1)
	for i := spread(n) & mask; ; i = (i + 1) & mask {
		s := &m.slots[i]
		if s.at < m.base {
			s.node, s.at = n, m.base+uint32(number)
			m.count++
			return -1
		}
		if s.node == n {
			return int(s.at - m.base)
		}
	}
}
