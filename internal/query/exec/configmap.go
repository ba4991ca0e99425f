package exec

import "memgraphd/internal/storage/graph"

// config is a node in a state of a search: the two together say how it can go on.
type config uint64

func newConfig(state int32, n graph.NodeID) config { return config(uint32(state))<<32 | config(n) }

func (c config) node() graph.NodeID { return graph.NodeID(c) }

func (c config) state() int32 { return int32(c >> 32) }

// configMap finds a number by a config, as nodeMap does by a node.
type configMap struct {
	slots []configSlot // as many as a power of two
	count int
	base  uint32 // what has a smaller number was put in before the last clear
}

type configSlot struct {
	key config
	at  uint32
}

// clear takes everything out; numbers is more than any number put in.
func (m *configMap) clear(numbers int) {
	if uint64(m.base)+uint64(numbers) >= 1<<31 {
		clear(m.slots)
		m.base = 0
	} else {
		m.base += uint32(numbers)
	}
	m.base = max(m.base, 1)
	m.count = 0
}

// full tells whether m has to grow before anything is put in.
func (m *configMap) full() bool { return 2*m.count >= len(m.slots) }

// bytesToGrow is how much more memory m takes when it grows.
func (m *configMap) bytesToGrow() int64 { return int64(max(nodeMapMin, len(m.slots))) * 16 }

// grow doubles m.
func (m *configMap) grow() {
	old := m.slots
	m.slots = make([]configSlot, max(nodeMapMin, 2*len(old)))
	for _, s := range old {
		if s.at >= m.base {
			*m.slot(s.key) = s
		}
	}
}

// slot returns where k is, or would be.
func (m *configMap) slot(k config) *configSlot {
	mask := uint32(len(m.slots) - 1)
	i := spread(k.node())*31 + spread(graph.NodeID(k.state())) + uint32(k.state())
	for ; ; i++ {
		s := &m.slots[i&mask]
		if s.at < m.base || s.key == k {
			return s
		}
	}
}

// find returns the number of k, or -1.
func (m *configMap) find(k config) int {
	if m.count == 0 {
		return -1
	}
	if s := m.slot(k); s.at >= m.base {
		return int(s.at - m.base)
	}
	return -1
}

// add gives k a number unless it has one, which is returned then; otherwise it returns -1.
// m must not be full.
func (m *configMap) add(k config, number int) int {
	s := m.slot(k)
	if s.at >= m.base {
		return int(s.at - m.base)
	}
	m.count++
	s.key, s.at = k, m.base+uint32(number)
	return -1
}

// put gives k a number, in the place of the one that it has. m must not be full.
func (m *configMap) put(k config, number int) {
	s := m.slot(k)
	if s.at < m.base {
		m.count++
	}
	s.key, s.at = k, m.base+uint32(number)
}
