package object

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Errors of stores that a caller may branch on.
var (
	// ErrExists reports a Put of a name that is taken.
	ErrExists = errors.New("the object exists already")
	// ErrNotFound reports a name that no object has.
	ErrNotFound = errors.New("there is no such object")
)

// Info describes an object.
type Info struct {
	Name     string
	Bytes    int64 // as stored
	Modified time.Time
}

// Store keeps objects. Its methods may be called concurrently.
type Store interface {
	// Put makes a new object of what r gives. It never replaces one: it fails with
	// ErrExists. When it has returned nil the object is there, whole and durable; when it
	// has failed, there is none, or nobody will see half of one. size is the number of
	// bytes that r gives, -1 where it is not known.
	Put(ctx context.Context, name string, size int64, r io.Reader) error
	// Get reads an object from offset on. It fails with ErrNotFound.
	Get(ctx context.Context, name string, offset int64) (io.ReadCloser, error)
	// Stat describes an object. It fails with ErrNotFound.
	Stat(ctx context.Context, name string) (Info, error)
	// List calls fn for each object whose name begins with prefix, by ascending name,
	// until fn fails.
	List(ctx context.Context, prefix string, fn func(Info) error) error
	// Delete removes an object, durably; one that is not there is no error.
	Delete(ctx context.Context, name string) error
	// Close gives back what the store holds. What was put stays.
	Close() error
	// String is the location, without secrets.
	String() string
}

const nameMax = 512 // bytes

// CheckName reports what is wrong with the name of an object.
func CheckName(name string) error {
	if len(name) > nameMax {
		return fmt.Errorf("the name of an object has %d bytes, at most %d are allowed", len(name), nameMax)
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part[0] == '.' {
			return fmt.Errorf("%q is not the name of an object: no part of it may be empty or begin with a dot", name)
		}
		for _, c := range part {
			switch {
			case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '-', c == '_':
			default:
				return fmt.Errorf("%q is not the name of an object: it has the character %q", name, c)
			}
		}
	}
	return nil
}
