package message

import (
	"slices"

	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/wire"
)

// Filter says which notifications a client wants: of HELLO for the connection, of RUN
// and BEGIN for one transaction.
type Filter struct {
	Severity string   // least severity, "OFF" for none; empty where not named
	Disabled []string // categories that are not wanted, called classifications from 5.6 on
	named    bool     // Disabled was named, if only as an empty list
}

// field reads the value of key if it belongs to f, and reports whether it did.
func (f *Filter) field(d *packstream.Decoder, v wire.Version, key []byte) (bool, error) {
	var err error
	switch string(key) {
	case "notifications_minimum_severity":
		f.Severity, err = optional(d)
		return true, err
	case disabledKey(v):
		f.named = d.Peek() == packstream.TypeList
		f.Disabled, err = texts(d, nil)
		return true, err
	}
	return false, nil
}

// disabledKey is the name of the categories that are not wanted.
func disabledKey(v wire.Version) string {
	if v.AtLeast(wire.V56) {
		return "notifications_disabled_classifications"
	}
	return "notifications_disabled_categories"
}

// Over returns f, and what base names where f names nothing.
func (f Filter) Over(base Filter) Filter {
	if f.Severity == "" {
		f.Severity = base.Severity
	}
	if !f.named {
		f.Disabled, f.named = base.Disabled, base.named
	}
	return f
}

// Wants reports whether n passes f.
func (f *Filter) Wants(n *Notification) bool {
	switch {
	case f.Severity == "OFF", f.Severity == "WARNING" && n.Severity != "WARNING":
		return false
	}
	return !slices.Contains(f.Disabled, n.Category)
}
