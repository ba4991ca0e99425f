// Package declared holds what users declare beside the graph: enums with their values, and
// descriptions. Both are entries of the store's catalogue, which logs them and keeps them in
// snapshots. The data of an entry is a version byte, 1, and then lists of strings:
//
//	lists    uvarint number of lists, the lists
//	list     uvarint number of strings, the strings
//	string   uvarint length in bytes, the bytes
package declared

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"memgraphd/internal/storage/change"
)

// Store is where the entries are kept.
type Store interface {
	SchemaEpoch() uint64
	Entries(kind string) []change.Entry
	PutEntry(ctx context.Context, e change.Entry) (change.Index, error)
	DeleteEntry(ctx context.Context, kind, name string) (change.Index, bool, error)
}

// Catalogue reads and changes the entries of a store. A nil Catalogue has none. Its methods
// may be called concurrently.
type Catalogue struct {
	store   Store
	current atomic.Pointer[contents]
	change  sync.Mutex // held from reading what is to be changed until it is written
}

// contents are the entries at one epoch. They are immutable.
type contents struct {
	epoch        uint64
	err          error // an entry that cannot be read
	enums        map[string]*Enum
	numbered     map[uint32]*Enum
	descriptions map[string]Description
	ofProperty   map[string][]Description // those of a property alone, or of a value of it
}

// New returns the catalogue of a store.
func New(s Store) *Catalogue { return &Catalogue{store: s} }

// now returns the entries of this moment.
func (c *Catalogue) now() *contents {
	if c == nil {
		return &contents{}
	}
	epoch := c.store.SchemaEpoch()
	if x := c.current.Load(); x != nil && x.epoch == epoch {
		return x
	}
	x := &contents{
		epoch: epoch, enums: map[string]*Enum{}, numbered: map[uint32]*Enum{}, descriptions: map[string]Description{}, ofProperty: map[string][]Description{},
	}
	for _, e := range c.store.Entries(enumKind) {
		x.enum(e)
	}
	for _, e := range c.store.Entries(descriptionKind) {
		x.description(e)
	}
	c.current.Store(x)
	return x
}

// damaged remembers that e cannot be read.
func (x *contents) damaged(e change.Entry, err error) {
	if x.err == nil {
		x.err = fmt.Errorf("the %s %q cannot be read: %w", e.Kind, e.Name, err)
	}
}

// dataVersion is the first byte of the data of an entry.
const dataVersion = 1

// pack makes the data of an entry.
func pack(lists ...[]string) []byte {
	dst := binary.AppendUvarint([]byte{dataVersion}, uint64(len(lists)))
	for _, l := range lists {
		dst = binary.AppendUvarint(dst, uint64(len(l)))
		for _, s := range l {
			dst = append(binary.AppendUvarint(dst, uint64(len(s))), s...)
		}
	}
	return dst
}

// Errors of the data of entries.
var (
	errNewer     = errors.New("a newer version wrote it")
	errTruncated = errors.New("its data ends early")
	errShape     = errors.New("its data has another shape")
)

// unpack is the opposite of pack for a known number of lists.
func unpack(data []byte, lists int) ([][]string, error) {
	if len(data) == 0 || data[0] != dataVersion {
		return nil, errNewer
	}
	r := reader{rest: data[1:]}
	if n := r.count(); n != lists {
		return nil, errShape
	}
	out := make([][]string, lists)
	for i := range out {
		out[i] = make([]string, r.count())
		for j := range out[i] {
			n := r.count()
			out[i][j] = string(r.rest[:n])
			r.rest = r.rest[n:]
		}
	}
	switch {
	case r.short:
		return nil, errTruncated
	case len(r.rest) > 0:
		return nil, errShape
	}
	return out, nil
}

// reader takes numbers from the front of data.
type reader struct {
	rest  []byte
	short bool
}

// count takes a number of things of a byte or more each.
func (r *reader) count() int {
	x, n := binary.Uvarint(r.rest)
	if n <= 0 || x > uint64(len(r.rest)-n) {
		r.rest, r.short = nil, true
		return 0
	}
	r.rest = r.rest[n:]
	return int(x)
}
