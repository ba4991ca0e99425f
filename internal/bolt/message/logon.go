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

// LogonReply is the metadata of the SUCCESS to a LOGON.
type LogonReply struct {
	Address string // where clients reach the server, from 5.8 on; empty otherwise
}

// Append appends the message to dst.
func (r *LogonReply) Append(dst []byte) []byte {
	if r.Address == "" {
		return appendSuccess(dst, 0)
	}
	dst = appendSuccess(dst, 1)
	return packstream.AppendString(packstream.AppendString(dst, "advertised_address"), r.Address)
}
