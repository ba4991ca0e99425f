package storage

import "memgraphd/internal/storage/graph"

// LabelFilter tells which nodes have all of some labels. It remembers which sets of labels
// have them, so that asking about a node takes a look at its record and no more. It may be
// used with any transaction of one store, by one goroutine at a time.
type LabelFilter struct {
	labels  []graph.LabelID
	answers []labelAnswer // by set; they hold for transactions with guard
	guard   *Guard
}

// labelAnswer tells what is known about a set of labels.
type labelAnswer uint8

const (
	labelsUnasked labelAnswer = iota
	labelsMissing
	labelsThere
)

// Ask makes labels what f asks for from now on.
func (f *LabelFilter) Ask(labels []graph.LabelID) {
	f.labels = append(f.labels[:0], labels...)
	f.answers = f.answers[:0]
}

// Labelled reports whether the node is in the view and has all labels of f.
func (tx *Tx) Labelled(f *LabelFilter, id graph.NodeID) bool {
	if tx.guard != f.guard {
		f.answers, f.guard = f.answers[:0], tx.guard
	}
	im := tx.image(id)
	return im.exists && tx.setPasses(f, im.labels)
}

// AppendLabelled appends the places in ids of the nodes that Labelled reports, to dst.
func (tx *Tx) AppendLabelled(f *LabelFilter, dst []uint16, ids []graph.NodeID) []uint16 {
	if tx.guard != f.guard {
		f.answers, f.guard = f.answers[:0], tx.guard
	}
	records := tx.store.nodes.records.Pages()
	var sets [warmBatch]setID
	for base := 0; base < len(ids); base += warmBatch {
		some := ids[base:min(base+warmBatch, len(ids))]
		settled := uint64(0)
		for i, id := range some {
			rec := records.At(uint32(id))
			if rec == nil {
				sets[i] = 0
				settled |= 1 // so that the slow way looks
				continue
			}
			sets[i] = setID(rec.labels.Load())
			settled |= rec.state.Load()
		}
		for i, id := range some {
			if settled != 0 {
				if tx.Labelled(f, id) {
					dst = append(dst, uint16(base+i))
				}
				continue
			}
			if set := sets[i]; int(set) < len(f.answers) && f.answers[set] == labelsThere || tx.setPasses(f, set) {
				dst = append(dst, uint16(base+i))
			}
		}
	}
	return dst
}

// setPasses reports whether nodes with a set of labels have those of f, and may be seen.
func (tx *Tx) setPasses(f *LabelFilter, set setID) bool {
	if int(set) < len(f.answers) {
		if a := f.answers[set]; a != labelsUnasked {
			return a == labelsThere
		}
	}
	for int(set) >= len(f.answers) {
		f.answers = append(f.answers, labelsUnasked)
	}
	pass := tx.guard == nil || tx.guard.node(set)&AccessRead != 0
	for _, l := range f.labels {
		pass = pass && tx.store.sets.has(set, l)
	}
	f.answers[set] = labelsMissing
	if pass {
		f.answers[set] = labelsThere
	}
	return pass
}
