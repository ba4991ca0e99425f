package message

import "memgraphd/internal/bolt/packstream"

// Auth is who a client says it is: in HELLO up to 5.0, in LOGON from 5.1 on.
type Auth struct {
	Scheme      string // "none", "basic", …; empty where the client named none
	Principal   string
	Credentials string
}

// field reads the value of key if it belongs to a, and reports whether it did.
func (a *Auth) field(d *packstream.Decoder, key []byte) (bool, error) {
	var into *string
	switch string(key) {
	case "scheme":
		into = &a.Scheme
	case "principal":
		into = &a.Principal
	case "credentials":
		into = &a.Credentials
	default:
		return false, nil
	}
	if d.Peek() != packstream.TypeString { // custom schemes may send anything
		return true, d.Skip()
	}
	b, err := d.StringView() // not interned: a password is kept no longer than needed
	*into = string(b)
	return true, err
}
