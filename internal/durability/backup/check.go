package backup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/snapshot"
)

// CheckOptions say how a repository is checked.
type CheckOptions struct {
	// Keys open encrypted objects. Without them these are proved by their digests only.
	Keys     object.Keys
	Progress func(CheckProgress) // hears after each object; nil: nobody asks
}

// CheckProgress says how far a check is.
type CheckProgress struct {
	Bytes, Total     int64 // as stored
	Objects, Through int   // all, and those that are done
}

// Fault says what is wrong with an object.
type Fault string

// The faults.
const (
	FaultMissing   Fault = "missing"   // a backup lists it, and it is not there
	FaultDamaged   Fault = "damaged"   // cut, or other bytes than were put
	FaultExchanged Fault = "exchanged" // whole, but not what belongs there
	FaultGap       Fault = "gap"       // commits that a backup must have are in no object
	FaultNewer     Fault = "newer"     // of a format that this version does not know
)

// Finding is something that is wrong with a repository.
type Finding struct {
	Object  string   `json:"object"`
	Fault   Fault    `json:"fault"`
	Reason  string   `json:"reason"`
	Backups []string `json:"backups,omitempty"` // IDs of those that cannot be restored for it
}

// CheckedBackup is a backup and whether it is good.
type CheckedBackup struct {
	ID   string    `json:"id"`
	Kind Kind      `json:"kind"`
	Made time.Time `json:"made"`
	Last uint64    `json:"last"`
	Good bool      `json:"good"`
}

// Range is a stretch of the log without a gap.
type Range struct {
	First    uint64    `json:"first"`
	Last     uint64    `json:"last"`
	LastTime time.Time `json:"lastTime"`
}

// CheckedTimeline says what of a timeline can be restored: from a snapshot through the
// range that goes on from it.
type CheckedTimeline struct {
	Timeline  uint32   `json:"timeline"`
	Snapshots []uint64 `json:"snapshots"` // commits of the good ones, ascending
	Ranges    []Range  `json:"ranges"`
}

// CheckReport says what a check has found.
type CheckReport struct {
	Database  DatabaseID        `json:"database"`
	Backups   []CheckedBackup   `json:"backups"`
	Timelines []CheckedTimeline `json:"timelines"`
	Objects   int               `json:"objects"`
	Bytes     int64             `json:"bytes"`    // as stored
	Unopened  int               `json:"unopened"` // encrypted ones of which only the digest was proved
	Findings  []Finding         `json:"findings"`
}

// Check reads every object of a repository and proves it: its digest, that it is what its
// name says, that a snapshot is whole, and that the pieces of the log follow each other.
// Then it says of each backup whether it can be restored. The error says why the check
// could not be done.
func Check(ctx context.Context, s object.Store, o CheckOptions) (CheckReport, error) {
	c := &checker{
		store: s, o: o, listed: map[string]object.Info{}, proved: map[string]object.Sealed{}, findings: map[string]*Finding{},
		snapshots: map[uint32][]uint64{}, logs: map[uint32]map[uint64]Pieces{}, ranges: map[uint32][]Range{},
	}
	if err := c.check(ctx); err != nil {
		return CheckReport{}, err
	}
	for _, name := range slices.Sorted(maps.Keys(c.findings)) {
		c.report.Findings = append(c.report.Findings, *c.findings[name])
	}
	return c.report, nil
}

// checker is one check.
type checker struct {
	store  object.Store
	o      CheckOptions
	report CheckReport
	told   CheckProgress

	listed   map[string]object.Info
	proved   map[string]object.Sealed
	findings map[string]*Finding

	backups   []Listed
	snapshots map[uint32][]uint64
	logs      map[uint32]map[uint64]Pieces
	ranges    map[uint32][]Range
}

func (c *checker) check(ctx context.Context) error {
	if err := c.list(ctx); err != nil {
		return err
	}
	r, err := ReadRepository(ctx, c.store)
	if errors.Is(err, object.ErrNotFound) {
		return fmt.Errorf("%s is no repository: it has no object %s: %w", c.store, RepositoryName, err)
	}
	if err = c.excuse(RepositoryName, err); err != nil {
		return err
	}
	c.report.Database = r.Database
	if c.backups, err = List(ctx, c.store); err != nil {
		return err
	}
	for _, b := range c.backups {
		if err := c.excuse(b.Name, b.Err); err != nil {
			return err
		}
	}
	names := slices.Sorted(maps.Keys(c.listed))
	for _, name := range names {
		if err := c.one(ctx, name); err != nil {
			return err
		}
	}
	for _, timeline := range slices.Sorted(maps.Keys(c.logs)) {
		if err := c.log(ctx, timeline); err != nil {
			return err
		}
	}
	c.judge()
	c.summarize()
	return nil
}

// list notes what there is.
func (c *checker) list(ctx context.Context) error {
	return c.store.List(ctx, "", func(info object.Info) error {
		c.listed[info.Name] = info
		c.report.Objects++
		c.report.Bytes += info.Bytes
		c.told.Total += info.Bytes
		c.told.Objects++
		if p, ok := ParsePieceName(info.Name); ok {
			if c.logs[p.Timeline] == nil {
				c.logs[p.Timeline] = map[uint64]Pieces{}
			}
			c.logs[p.Timeline][p.Segment] = append(c.logs[p.Timeline][p.Segment], p)
		}
		return nil
	})
}

// one checks what is no piece of the log.
func (c *checker) one(ctx context.Context, name string) error {
	if _, piece := ParsePieceName(name); piece {
		return nil
	}
	defer c.through(name)
	if timeline, ok := ParseTimelineName(name); ok {
		var claim Claim
		err := object.GetJSON(ctx, c.store, name, &claim)
		if err == nil && (claim.Timeline != timeline || claim.Database != c.report.Database) {
			err = &object.DamagedError{Store: c.store.String(), Name: name, Err: errors.New("it claims another timeline or database")}
		}
		return c.excuse(name, err)
	}
	if !isSnapshotName(name) {
		return nil
	}
	p := snapshot.NewProver(name)
	h, opened, err := c.read(ctx, name, p, 0)
	if err == nil && opened {
		err = p.Finish()
		if inside := p.Header(); err == nil && (inside.Database != h.Database || uint64(inside.Index) != h.Index) {
			err = &contentError{errors.New("it holds another snapshot than it says")}
		}
	}
	if err == nil && SnapshotName(h.Timeline, h.Index, h.Created) != name {
		err = errExchanged
	}
	if err == nil {
		c.snapshots[h.Timeline] = append(c.snapshots[h.Timeline], h.Index)
	}
	return c.excuse(name, err)
}

var errExchanged = &contentError{errors.New("its header and its name do not fit each other")}

// read reads an object, and gives its raw bytes from an offset on to prover. opened is false
// where it is encrypted and there is no key: then only its digest was proved.
func (c *checker) read(ctx context.Context, name string, prover io.Writer, from int64) (h object.Header, opened bool, err error) {
	r, err := object.Unseal(ctx, c.store, name, c.o.Keys)
	if locked, ok := errors.AsType[*object.KeyError](err); ok && locked.Have == (object.KeyID{}) {
		h, err = c.readSealed(ctx, name)
		return h, false, err
	}
	if err != nil {
		return h, false, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if h = r.Header(); from > h.RawBytes() {
		return h, true, errExchanged
	}
	_, err = io.CopyN(io.Discard, r, from)
	if err == nil {
		_, err = io.Copy(prover, r)
	}
	if err != nil {
		// Where the prover failed: were these the bytes that were put?
		if _, damage := io.Copy(io.Discard, r); errors.Is(damage, object.ErrDamaged) {
			err = damage
		}
		return h, true, err
	}
	c.proved[name] = r.Sealed()
	return h, true, c.belongs(h)
}

// readSealed proves the digest of an object that cannot be opened.
func (c *checker) readSealed(ctx context.Context, name string) (object.Header, error) {
	h, sealed, err := object.Verify(ctx, c.store, name, object.Keys{})
	if err != nil {
		return h, err
	}
	c.proved[name] = sealed
	c.report.Unopened++
	return h, c.belongs(h)
}

func (c *checker) belongs(h object.Header) error {
	if h.Database != c.report.Database && c.report.Database != (DatabaseID{}) {
		return &contentError{fmt.Errorf("it belongs to the database %s", DatabaseID(h.Database))}
	}
	return nil
}

// excuse turns what is wrong with an object into a finding, and returns other errors.
func (c *checker) excuse(name string, err error) error {
	if err == nil || errors.Is(err, object.ErrNotFound) { // the latter: an archive has replaced it since
		return nil
	}
	_, newer := errors.AsType[*object.NewerFormatError](err)
	switch {
	case newer:
		c.find(name, FaultNewer, err)
	case errors.Is(err, object.ErrDamaged):
		fault := FaultDamaged
		if errors.Is(err, object.ErrExchanged) {
			fault = FaultExchanged
		}
		c.find(name, fault, err)
	case isContent(err):
		c.find(name, FaultExchanged, err)
	default:
		return err
	}
	return nil
}

// find notes what is wrong with an object, the first time.
func (c *checker) find(name string, fault Fault, err error) *Finding {
	f := c.findings[name]
	if f == nil {
		f = &Finding{Object: name, Fault: fault, Reason: err.Error()}
		c.findings[name] = f
	}
	return f
}

func (c *checker) through(name string) {
	c.told.Through++
	c.told.Bytes += c.listed[name].Bytes
	if c.o.Progress != nil {
		c.o.Progress(c.told)
	}
}

// summarize fills the report.
func (c *checker) summarize() {
	timelines := map[uint32]bool{}
	for t := range c.snapshots {
		timelines[t] = true
	}
	for t := range c.ranges {
		timelines[t] = true
	}
	for _, t := range slices.SortedFunc(maps.Keys(timelines), cmp.Compare[uint32]) {
		slices.Sort(c.snapshots[t])
		c.report.Timelines = append(c.report.Timelines, CheckedTimeline{Timeline: t, Snapshots: c.snapshots[t], Ranges: c.ranges[t]})
	}
}
