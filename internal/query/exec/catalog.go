package exec

import (
	"strings"

	"memgraphd/internal/storage"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/graph"
)

// Catalog gives the planner facts about the graph of a store: its counts, its indexes, and
// how many relationships nodes have, found from a sample.
type Catalog struct {
	store   *storage.Store
	indexes map[[2]string]storage.IndexInfo
	samples map[string]sample
}

// sample is how many relationships the nodes looked at have on average: all of a kind, and
// by the label of the other end.
type sample struct {
	all    float64
	square float64 // mean of the squares of all
	labels map[string]float64
	known  bool
}

// NewCatalog returns the facts about a store as they are now. It is used for one plan.
func NewCatalog(s *storage.Store) *Catalog { return &Catalog{store: s} }

// NodeCount is the number of nodes.
func (c *Catalog) NodeCount() int64 { return c.store.NodeCount() }

// EdgeCount is the number of relationships.
func (c *Catalog) EdgeCount() int64 { return c.store.EdgeCount() }

// Labels are the labels that exist.
func (c *Catalog) Labels() []string { return c.store.Labels() }

// Indexed are the properties with an index under a label.
func (c *Catalog) Indexed(label string) []string {
	var keys []string
	for _, x := range c.store.Indexes() {
		if x.HasKey && c.store.LabelName(x.Label) == label {
			keys = append(keys, c.store.KeyName(x.Key))
		}
	}
	return keys
}

// LabelCount is the number of nodes with a label.
func (c *Catalog) LabelCount(label string) int64 {
	if id, ok := c.store.LookupLabel(label); ok {
		return c.store.LabelCount(id)
	}
	return 0
}

// TypeCount is the number of relationships of a type.
func (c *Catalog) TypeCount(typ string) int64 {
	if id, ok := c.store.LookupType(typ); ok {
		return c.store.TypeCount(id)
	}
	return 0
}

// Unique are the properties of each unique constraint on several under a label.
func (c *Catalog) Unique(label string) [][]string {
	var all [][]string
	for _, x := range c.store.Constraints() {
		if x.Rule != constraint.Unique || len(x.Keys) == 1 || c.store.LabelName(x.Label) != label {
			continue
		}
		keys := make([]string, len(x.Keys))
		for i, k := range x.Keys {
			keys[i] = c.store.KeyName(k)
		}
		all = append(all, keys)
	}
	return all
}

// Index tells whether label(key) has an index that is ready or a unique constraint, and how
// many nodes and distinct values are in it.
func (c *Catalog) Index(label, key string) (entries, distinct int64, ok bool) {
	if c.indexes == nil {
		c.indexes = map[[2]string]storage.IndexInfo{}
		for _, x := range c.store.Indexes() {
			if x.HasKey && x.Ready {
				c.indexes[[2]string{c.store.LabelName(x.Label), c.store.KeyName(x.Key)}] = x
			}
		}
		for _, x := range c.store.Constraints() {
			if x.Rule == constraint.Unique && len(x.Keys) == 1 {
				at := [2]string{c.store.LabelName(x.Label), c.store.KeyName(x.Keys[0])}
				c.indexes[at] = storage.IndexInfo{Ready: true, Entries: x.Entries, Distinct: x.Entries}
			}
		}
	}
	x, ok := c.indexes[[2]string{label, key}]
	return x.Entries, x.Distinct, ok
}

// Sample sizes: nodes that are looked at, nodes that these are chosen from, and
// relationships of one node.
const (
	sampleNodes = 48
	sampleFrom  = 2048
	sampleEdges = 128
)

// Fanout is the mean number of relationships that nodes with label from have to nodes with
// label to, from a sample.
func (c *Catalog) Fanout(from string, d graph.Direction, types []string, to string) (float64, bool) {
	key := sampleKey(from, d, types)
	s, ok := c.samples[key]
	if !ok {
		if c.samples == nil {
			c.samples = map[string]sample{}
		}
		s = c.sample(from, d, types)
		c.samples[key] = s
	}
	if !s.known || to == "" {
		return s.all, s.known
	}
	return s.labels[to], true
}

// Skew is the mean of the squares of what Fanout is the mean of, by the square of that mean.
func (c *Catalog) Skew(from string, d graph.Direction, types []string) float64 {
	all, ok := c.Fanout(from, d, types, "")
	if !ok || all == 0 {
		return 1
	}
	return c.samples[sampleKey(from, d, types)].square / (all * all)
}

func sampleKey(from string, d graph.Direction, types []string) string {
	return from + "\x00" + d.String() + "\x00" + strings.Join(types, "\x00")
}

// sample looks at some nodes.
func (c *Catalog) sample(from string, d graph.Direction, types []string) sample {
	var ids []graph.TypeID
	for _, t := range types {
		if id, ok := c.store.LookupType(t); ok {
			ids = append(ids, id)
		}
	}
	if len(types) > 0 && len(ids) == 0 {
		return sample{known: true}
	}
	tx := c.store.Begin(storage.TxOptions{ReadOnly: true})
	defer tx.Release()
	nodes := c.candidates(tx, from)
	if len(nodes) == 0 {
		return sample{}
	}
	s := sample{known: true, labels: map[string]float64{}}
	var segs []storage.Segment
	var labels []graph.LabelID
	step := max(1, len(nodes)/sampleNodes)
	looked := 0.0
	for i := 0; i < len(nodes); i += step {
		looked++
		degree := 0.0
		segs = segs[:0]
		if d != graph.In {
			segs = tx.Adjacent(segs, nodes[i], graph.Out, ids)
		}
		if d != graph.Out {
			segs = tx.Adjacent(segs, nodes[i], graph.In, ids)
		}
		for _, seg := range segs {
			n := len(seg.Nodes)
			degree += float64(n)
			seen := min(n, sampleEdges)
			for _, other := range seg.Nodes[:seen] {
				labels = tx.AppendLabels(labels[:0], other)
				for _, l := range labels {
					s.labels[c.store.LabelName(l)] += float64(n) / float64(seen)
				}
			}
		}
		s.all += degree
		s.square += degree * degree
	}
	s.all /= looked
	s.square /= looked
	for l := range s.labels {
		s.labels[l] /= looked
	}
	return s
}

// candidates returns nodes to choose from.
func (c *Catalog) candidates(tx *storage.Tx, label string) []graph.NodeID {
	nodes := make([]graph.NodeID, sampleFrom)
	scan := tx.ScanNodes()
	if label != "" {
		id, ok := c.store.LookupLabel(label)
		if !ok {
			return nil
		}
		scan = tx.ScanLabel(id)
	}
	n := 0
	for n < len(nodes) {
		got := scan.Next(nodes[n:])
		if got == 0 {
			break
		}
		n += got
	}
	return nodes[:n]
}
