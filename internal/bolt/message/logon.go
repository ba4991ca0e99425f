package message

import "memgraphd/internal/bolt/packstream"

// Logon says who the client is.
type Logon struct {
	Auth Auth
}

// Decode reads the fields of a LOGON.
func (m *Logon) Decode(d *packstream.Decoder) error {
	*m = Logon{}
	return entries(d, func(key []byte) error {
		if ok, err := m.Auth.field(d, key); ok {
			return err
		}
		return d.Skip()
	})
}
