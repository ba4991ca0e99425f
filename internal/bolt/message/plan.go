package message

import (
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/storage/value"
)

// Plan is an operator of a plan and those below it.
type Plan struct {
	Operator    string
	Arguments   []value.Entry // plain values
	Identifiers []string
	Children    []*Plan
	Profile     *Profile // nil where the plan was not run
}

// Profile is what an operator did.
type Profile struct {
	DBHits int64
	Rows   int64
	Time   int64 // nanoseconds
}

// planDepthMax bounds how deep a plan is shown; what lies below is left out.
const planDepthMax = 1000

func (p *Plan) append(dst []byte, depth int) []byte {
	entries := 4
	if p.Profile != nil {
		entries += 6
	}
	dst = packstream.AppendMapHeader(dst, entries)
	dst = packstream.AppendString(packstream.AppendString(dst, "operatorType"), p.Operator)
	dst = packstream.AppendMapHeader(packstream.AppendString(dst, "args"), len(p.Arguments))
	for _, a := range p.Arguments {
		dst = packstream.Append(packstream.AppendString(dst, a.Key), a.Value)
	}
	dst = packstream.AppendListHeader(packstream.AppendString(dst, "identifiers"), len(p.Identifiers))
	for _, name := range p.Identifiers {
		dst = packstream.AppendString(dst, name)
	}
	children := p.Children
	if depth >= planDepthMax {
		children = nil
	}
	dst = packstream.AppendListHeader(packstream.AppendString(dst, "children"), len(children))
	for _, c := range children {
		dst = c.append(dst, depth+1)
	}
	if p.Profile != nil {
		dst = p.Profile.append(dst)
	}
	return dst
}

// append appends the six entries of a profile; there is no page cache to hit or miss.
func (p *Profile) append(dst []byte) []byte {
	dst = packstream.AppendInt(packstream.AppendString(dst, "dbHits"), p.DBHits)
	dst = packstream.AppendInt(packstream.AppendString(dst, "rows"), p.Rows)
	dst = packstream.AppendInt(packstream.AppendString(dst, "pageCacheHits"), 0)
	dst = packstream.AppendInt(packstream.AppendString(dst, "pageCacheMisses"), 0)
	dst = packstream.AppendFloat(packstream.AppendString(dst, "pageCacheHitRatio"), 0)
	return packstream.AppendInt(packstream.AppendString(dst, "time"), p.Time)
}
