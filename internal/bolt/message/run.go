package message

import (
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/wire"
	"memgraphd/internal/storage/value"
)

// Run starts a statement.
type Run struct {
	Text       string
	Parameters value.Value // a map or null
	// Scratch is where the entries of Parameters may lie; nil: in memory of their own.
	Scratch *[]value.Entry
	Extra   Extra
}

// Decode reads the fields of a RUN.
func (m *Run) Decode(d *packstream.Decoder, v wire.Version) error {
	var err error
	if m.Text, err = d.String(); err != nil {
		return err
	}
	if m.Parameters, err = m.parameters(d); err != nil {
		return err
	}
	return m.Extra.decode(d, v)
}

func (m *Run) parameters(d *packstream.Decoder) (value.Value, error) {
	if m.Scratch == nil || d.Peek() == packstream.TypeNull {
		return metadata(d, "$")
	}
	params, err := d.MapIn(m.Scratch)
	return params, in(err, "$")
}

// RunReply is the metadata of the SUCCESS to a RUN.
type RunReply struct {
	Columns []string
	First   int64 // milliseconds until the first record was ready
	QID     int64 // number of the result in an explicit transaction, negative outside
	// Database is the one that was chosen for a client that named none, from 5.8 on.
	Database string
}

// The keys that every reply to RUN has, as packstream has them.
const (
	keyFields = "\x86fields"
	keyFirst  = "\x87t_first"
)

// Append appends the message to dst.
func (r *RunReply) Append(dst []byte) []byte {
	n := 2
	if r.QID >= 0 {
		n++
	}
	if r.Database != "" {
		n++
	}
	dst = appendSuccess(dst, n)
	dst = packstream.AppendListHeader(append(dst, keyFields...), len(r.Columns))
	for _, name := range r.Columns {
		dst = packstream.AppendString(dst, name)
	}
	dst = packstream.AppendInt(append(dst, keyFirst...), r.First)
	if r.QID >= 0 {
		dst = packstream.AppendInt(packstream.AppendString(dst, "qid"), r.QID)
	}
	if r.Database != "" {
		dst = packstream.AppendString(packstream.AppendString(dst, "db"), r.Database)
	}
	return dst
}
