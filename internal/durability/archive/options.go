package archive

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/vfs"
)

// Defaults of Options.
const (
	intervalDefault = time.Second
	bytesDefault    = 1 << 20
	callDefault     = 30 * time.Second
	stallDefault    = time.Minute
	startDefault    = 10 * time.Second
	checkDefault    = time.Minute
	retryDefault    = time.Minute
)

// Options say what is archived, where to and how.
type Options struct {
	// Location is the place, for messages. Required.
	Location string
	// Open opens the store at the place. It is called again where it failed. Required.
	Open func(context.Context) (object.Store, error)
	// Keys returns the keys to encrypt with; nil: nothing is encrypted.
	Keys func(context.Context, object.Store) (object.Keys, error)
	// Source opens the database. Required by Start.
	Source func(context.Context) (backup.Source, error)
	// Identity returns the present identity of the data directory. Required.
	Identity func() recovery.Identity

	// FS and Dir are where the data directory is; its snapshots are proved there before they
	// are sent. Required.
	FS  vfs.FS
	Dir string

	Server string // the id of this server; required
	Host   string // the machine, for people

	// Interval and Bytes bound how much of the log is not in the archive: what came within
	// that time, or that much. Default: a second, 1 MiB.
	Interval time.Duration
	Bytes    int64
	// Takeover lets this server go on in an archive that another one wrote.
	Takeover bool
	Workers  int // that compress; default 1

	CallTimeout  time.Duration // for one small request to the store; default 30 s
	StallTimeout time.Duration // for a transfer that makes no progress; default 1 min
	StartTimeout time.Duration // for the store to answer at a start; default 10 s
	CheckEvery   time.Duration // between two looks for claims of others; default 1 min
	RetryMax     time.Duration // the longest pause after a failure; default 1 min

	Now func() time.Time // required
	Log *zap.Logger      // nil: nobody hears
}

func (o Options) withDefaults() Options {
	set := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	set(&o.Interval, intervalDefault)
	set(&o.CallTimeout, callDefault)
	set(&o.StallTimeout, stallDefault)
	set(&o.StartTimeout, startDefault)
	set(&o.CheckEvery, checkDefault)
	set(&o.RetryMax, retryDefault)
	if o.Bytes == 0 {
		o.Bytes = bytesDefault
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	return o
}

func (o *Options) validate() error {
	switch {
	case o.Location == "", o.Open == nil, o.Identity == nil, o.FS == nil, o.Dir == "", o.Server == "", o.Now == nil:
		return errors.New("archive options: Location, Open, Identity, FS, Dir, Server and Now are required")
	case o.Interval < 0, o.Bytes < 0, o.CallTimeout < 0, o.StallTimeout < 0, o.StartTimeout < 0, o.CheckEvery < 0, o.RetryMax < 0:
		return errors.New("archive options: Interval, Bytes and the timeouts are not negative")
	}
	return nil
}
