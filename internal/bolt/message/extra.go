package message

import (
	"errors"
	"fmt"
	"math"
	"time"

	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/wire"
	"memgraphd/internal/storage/value"
)

// Extra is what RUN and BEGIN say about their transaction.
type Extra struct {
	Bookmarks    []string
	Timeout      time.Duration // 0 is the server's own
	Metadata     value.Value   // a map or null
	ReadOnly     bool
	Database     string
	Impersonated string
	Filter       Filter // from 5.2 on
	mode         string
	timeout      int64 // milliseconds
}

// decode reads an extra map. It keeps the memory of the bookmarks for the next one.
func (e *Extra) decode(d *packstream.Decoder, v wire.Version) error {
	*e = Extra{Bookmarks: e.Bookmarks[:0]}
	return entries(d, func(key []byte) error { return e.field(d, v, key) })
}

func (e *Extra) field(d *packstream.Decoder, v wire.Version, key []byte) error {
	var err error
	switch string(key) {
	case "bookmarks":
		e.Bookmarks, err = texts(d, e.Bookmarks)
	case "tx_timeout":
		e.timeout, err = integer(d, 0)
		e.Timeout = time.Duration(min(max(e.timeout, 0), math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
	case "tx_metadata":
		e.Metadata, err = metadata(d, "tx_metadata")
	case "mode":
		e.mode, err = optional(d)
		e.ReadOnly = e.mode == "r"
	case "db":
		e.Database, err = optional(d)
	case "imp_user":
		e.Impersonated, err = optional(d)
	default:
		if v.AtLeast(wire.V52) {
			if ok, wrong := e.Filter.field(d, v, key); ok {
				return wrong
			}
		}
		return d.Skip()
	}
	return err
}

// Validate reports a mode or a timeout that does not exist.
func (e *Extra) Validate() error {
	switch e.mode {
	case "", "r", "w":
	default:
		return fmt.Errorf("the access mode is %q; it must be \"r\" or \"w\"", e.mode)
	}
	if e.timeout < 0 {
		return fmt.Errorf("tx_timeout is %d; it must be a number of milliseconds from 0 on", e.timeout)
	}
	return nil
}

// metadata reads a map where null means none; what names it in errors.
func metadata(d *packstream.Decoder, what string) (value.Value, error) {
	if d.Peek() == packstream.TypeNull {
		return value.Null, d.Null()
	}
	m, err := d.Map()
	return m, in(err, what)
}

// in adds to an error what it was found in.
func in(err error, what string) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*packstream.StructureError](err); ok {
		e.In(what)
	}
	return err
}
