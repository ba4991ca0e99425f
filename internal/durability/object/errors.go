package object

import (
	"errors"
	"fmt"
)

// ErrDamaged is matched by the errors of objects that are cut, damaged or exchanged.
var ErrDamaged = errors.New("damaged")

// ErrExchanged is matched by the errors of objects that are whole, but those of another name.
var ErrExchanged = errors.New("it is another object")

// DamagedError says which object is not as it was put, and what was found. It matches
// ErrDamaged.
type DamagedError struct {
	Store string // location, empty where it is not known
	Name  string
	Err   error
}

// Error tells the object and the damage.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s is damaged: %v", place(e.Store, e.Name), e.Err)
}

// Unwrap makes errors.Is work for ErrDamaged and for the cause.
func (e *DamagedError) Unwrap() []error { return []error{ErrDamaged, e.Err} }

// NewerFormatError reports an object of a format that this version does not know.
type NewerFormatError struct {
	Store, Name   string
	Format, Known uint32
}

// Error tells the object and both formats.
func (e *NewerFormatError) Error() string {
	return fmt.Sprintf("%s has format %d, this version reads formats up to %d: use the version that wrote it, or a newer one",
		place(e.Store, e.Name), e.Format, e.Known)
}

// KeyError reports an object that the given keys do not open.
type KeyError struct {
	Store, Name string
	Want        KeyID // of the object
	Have        KeyID // what was given; zero: nothing
}

// Error tells the object and the keys.
func (e *KeyError) Error() string {
	if e.Have == (KeyID{}) {
		return fmt.Sprintf("%s is encrypted with key %v: give the key file or the passphrase", place(e.Store, e.Name), e.Want)
	}
	return fmt.Sprintf("%s is encrypted with key %v, the one that was given is %v: give the other key file or passphrase",
		place(e.Store, e.Name), e.Want, e.Have)
}

func place(store, name string) string {
	if store == "" {
		return name
	}
	return name + " in " + store
}

// ofObject adds to an error of the format whose it is; errors of the store say it already.
func ofObject(store, name string, err error) error {
	if newer, ok := errors.AsType[*NewerFormatError](err); ok {
		return &NewerFormatError{Store: store, Name: name, Format: newer.Format, Known: newer.Known}
	}
	return &DamagedError{Store: store, Name: name, Err: err}
}
