package message

import (
	"fmt"

	"memgraphd/internal/bolt/packstream"
)

// Fetch is what PULL and DISCARD ask for.
type Fetch struct {
	N   int64 // records, -1 for all
	QID int64 // number of the result, -1 for the latest
}

// Decode reads the fields of a PULL or DISCARD.
func (m *Fetch) Decode(d *packstream.Decoder) error {
	m.N, m.QID = 0, -1
	return entries(d, func(key []byte) error {
		var err error
		switch string(key) {
		case "n":
			m.N, err = d.Int()
			return err
		case "qid":
			m.QID, err = integer(d, -1)
			return err
		}
		return d.Skip()
	})
}

// Validate reports a number of records or a result that cannot exist.
func (m *Fetch) Validate() error {
	if m.N < -1 || m.N == 0 {
		return fmt.Errorf("n is %d; it must be a number of records from 1 on, or -1 for all", m.N)
	}
	if m.QID < -1 {
		return fmt.Errorf("qid is %d; it must be the number of a result, or -1 for the latest", m.QID)
	}
	return nil
}

// AppendMore appends the SUCCESS to a PULL or DISCARD after which records are left.
func AppendMore(dst []byte) []byte {
	dst = appendSuccess(dst, 1)
	return packstream.AppendBool(packstream.AppendString(dst, "has_more"), true)
}
