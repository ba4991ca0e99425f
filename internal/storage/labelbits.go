package storage

import (
	"memgraphd/internal/storage/column"
	"memgraphd/internal/storage/graph"
)

// groupWords is the number of words of 64 bits that the nodes of a group take.
const groupWords = column.GroupNodes / 64

// LabelBits makes dst the set of the nodes in the view that have all of labels: bit i%64 of
// word i/64 stands for node i. Nodes beyond the end of dst are left out; one bit for each
// node up to NodeLimit leaves out none. It holds as long as the view stays and tx writes nothing.
func (tx *Tx) LabelBits(dst []uint64, labels []graph.LabelID) {
	if len(labels) == 0 {
		labels = []graph.LabelID{noLabel}
	}
	for group := uint32(0); len(dst) > 0; group++ {
		words := dst[:min(len(dst), groupWords)]
		dst = dst[len(words):]
		for i, l := range labels {
			bits := tx.groupBits(l, group)
			for w := range words {
				if i == 0 {
					words[w] = bits[w]
				} else {
					words[w] &= bits[w]
				}
			}
		}
	}
}

// fewAsked is how many nodes LabelBits may have to look at where LabelBitsKept says that the bits are kept.
const fewAsked = 1024

// LabelBitsKept reports whether LabelBits finds the nodes in what is kept of them, all but a few.
func (tx *Tx) LabelBitsKept(labels []graph.LabelID) bool {
	c := &tx.store.columns
	if tx.guard != nil || c.off || len(labels) == 0 {
		return false
	}
	left := fewAsked
	for _, l := range labels {
		labelled := tx.store.labelBitmaps.get(l)
		if labelled == nil {
			continue
		}
		d := (*c.labels.Load())[l]
		for group := range uint32(tx.NodeLimit()>>column.GroupShift) + 1 {
			if lookUp(c, d, group) == nil {
				left -= labelled.CountGroup(group)
			}
			if left < 0 {
				return false
			}
		}
	}
	return true
}

// groupBits returns the nodes of a group in the view that have a label.
func (tx *Tx) groupBits(l graph.LabelID, group uint32) (bits column.Bits) {
	rows := column.GroupNodes
	first := graph.NodeID(group) << column.GroupShift
	scan := NodeScan{tx: tx, kind: scanRange, at: first, to: groupEnd(first, graph.NoNode)}
	if l != noLabel {
		labelled := tx.store.labelBitmaps.get(l)
		if labelled == nil {
			return bits
		}
		if rows = labelled.CountGroup(group); rows == 0 {
			return bits
		}
		scan.kind, scan.label = scanLabel, l
	}
	if m := tx.members(l, group, rows); m != nil {
		return m.bits
	}
	var some [64]graph.NodeID
	for {
		n := scan.Next(some[:])
		if n == 0 {
			return bits
		}
		for _, id := range some[:n] {
			bits.Add(uint32(id - first))
		}
	}
}
