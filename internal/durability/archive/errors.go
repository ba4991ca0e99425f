package archive

import "fmt"

// RefusedError says that this server must not archive to a place. Trying again is in vain.
type RefusedError struct {
	Location string
	Found    string // what was found
	Do       string // what to do about it
}

// Error tells the place, what was found there and what to do.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("the archive %s is refused: %s; %s", e.Location, e.Found, e.Do)
}

// What to do about a refusal.
const (
	doTakeOver = "if this server is to go on with the archive and the other one is gone for good, start it once with " +
		"--storage-archive-takeover: it begins a new timeline; else choose another place with --storage-archive"
	doElsewhere = "choose another place with --storage-archive"
	doBehind    = "restore from the archive to have what is missing here; or, to give that up, start once with " +
		"--storage-archive-takeover: this server then begins a new timeline, and the former one stays in the archive"
	doVerify = "run memgraphd verify on the archive, and choose another place with --storage-archive meanwhile"
)
