package archive

import (
	"time"

	"memgraphd/internal/durability/backup"
)

// State says how an archive fares.
type State string

// The states of an archive.
const (
	StateStarting State = "starting" // the store has not answered yet
	StateArchives State = "archives"
	StateFails    State = "fails"   // it is tried again
	StateRefused  State = "refused" // it is not: an operator has to decide
)

// worker is how the tail or the bulk fares. Archiver.mu guards it.
type worker struct {
	what     string
	failures int // in a row
	failing  time.Time
	err      error
}

// stats are the numbers of Status.
type stats struct {
	state      State
	tail, bulk worker
	failures   int64
	objects    int64
	bytes      int64
	lastPut    time.Time
	lastTime   time.Time // of the newest commit that is archived
	snapshot   uint64
	pending    int // snapshots that are not archived
	undeleted  int64
	refused    uint32 // timeline that state is about
}

// Status says how an archive fares.
type Status struct {
	Location string
	State    State
	Timeline uint32
	Server   string

	LastCommit uint64    // up to which the log is in the archive without a gap; 0: not known yet
	LastTime   time.Time // of that commit; zero: not known
	LastPut    time.Time // when an object was put last since the start; zero: none was
	LagSince   time.Time // since when something durable is not in the archive; zero: all is
	LagBytes   int64     // of the log, that are not in it

	Snapshot         uint64 // commit of the newest snapshot in it that the directory has; 0: none
	SnapshotsWaiting int

	Objects     int64 // that were put since the start
	Bytes       int64 // as they were stored
	Failures    int64 // since the start
	Undeleted   int64 // superfluous pieces that could not be deleted
	Err         error // why it fails or is refused
	FailedSince time.Time
}

// Lag is how long the oldest commit waits that is not in the archive.
func (s *Status) Lag(now time.Time) time.Duration {
	if s.LagSince.IsZero() {
		return 0
	}
	return max(0, now.Sub(s.LagSince))
}

// Status returns the present numbers.
func (a *Archiver) Status() Status {
	a.mu.Lock()
	defer a.mu.Unlock()
	st := &a.st
	out := Status{
		Location: a.o.Location, State: st.state, Server: a.o.Server, Timeline: a.latest.Timeline, LastTime: st.lastTime,
		LastPut: st.lastPut, Snapshot: st.snapshot, SnapshotsWaiting: st.pending, Objects: st.objects, Bytes: st.bytes,
		Failures: st.failures, Undeleted: st.undeleted, Err: st.tail.err, FailedSince: st.tail.failing,
	}
	if out.Err == nil {
		out.Err, out.FailedSince = st.bulk.err, st.bulk.failing
	}
	if a.s != nil {
		out.LastCommit, out.Timeline = a.s.last, a.s.id.Timeline
		if st.state == StateStarting {
			out.State = StateArchives
		}
	}
	if out.Err != nil && out.State != StateRefused {
		out.State = StateFails
	}
	out.LagBytes = a.lagLocked()
	if out.LagBytes > 0 {
		out.LagSince = a.waiting()
	}
	return out
}

// waiting returns since when something waits that is not archived.
func (a *Archiver) waiting() time.Time {
	at := a.behind.Load()
	if since := a.since.Load(); at == 0 || since != 0 && since < at {
		at = since
	}
	if at == 0 {
		return time.Time{}
	}
	return time.UnixMicro(at)
}

// lagLocked returns how many bytes of the log are durable and not in the repository.
func (a *Archiver) lagLocked() int64 {
	lag := a.unsent.Load()
	for i := range a.latest.Segments {
		segment := &a.latest.Segments[i]
		switch {
		case a.s == nil:
			lag += segment.Bytes
		case a.s.wants(segment):
			lag += segment.Bytes - a.s.reached(segment.First)
		}
	}
	return lag
}

// reached returns up to where a segment is in the repository. Archiver.mu is held.
func (s *session) reached(first uint64) int64 {
	if c := s.segments[first]; c != nil {
		return c.end()
	}
	return 0
}

// wants tells whether something of a segment has to be sent: a sealed one whole, an open one
// if there are commits in it that are not in the repository. Archiver.mu is held.
func (s *session) wants(segment *backup.SourceSegment) bool {
	if segment.First <= uint64(s.id.Forked) {
		return false // of the timeline before
	}
	if segment.Sealed {
		return s.reached(segment.First) < segment.Bytes
	}
	// The header of an open segment goes with the seal of the one before it, or the log in the
	// repository would look as if it had lost its end.
	return segment.Last >= segment.First && segment.Last > s.last || segment.Bytes > 0 && s.reached(segment.First) == 0
}

// notePut counts an object.
func (a *Archiver) notePut(bytes int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.st.objects++
	a.st.bytes += bytes
	a.st.lastPut = a.o.Now()
}

// noteFirst takes the time of a commit that is about to be sent.
func (a *Archiver) noteFirst(wall int64) {
	if at := a.behind.Load(); wall > 0 && wall < at {
		a.behind.CompareAndSwap(at, wall)
	}
}
