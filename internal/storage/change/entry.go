package change

import "fmt"

// NewerEntryError reports a catalogue entry that a newer version wrote.
type NewerEntryError struct {
	Kind, Name         string
	Version, Supported int
}

// Error names the entry and both versions.
func (e *NewerEntryError) Error() string {
	return fmt.Sprintf("the %s %s was written by a newer version: format %d, this server reads up to %d",
		e.Kind, e.Name, e.Version, e.Supported)
}

// CheckVersion fails with a *NewerEntryError where the data of e begin with a higher version
// than the newest that the caller reads. The data of every entry begin with one.
func (e Entry) CheckVersion(newest byte) error {
	if len(e.Data) > 0 && e.Data[0] > newest {
		return &NewerEntryError{Kind: e.Kind, Name: e.Name, Version: int(e.Data[0]), Supported: int(newest)}
	}
	return nil
}
