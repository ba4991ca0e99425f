package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/vfs"
)

// Record is one line. Empty fields are left out.
type Record struct {
	Time       time.Time
	Event      string
	User       string
	Address    string
	Connection string
	Statement  string
	Parameters []string
	Outcome    string
	Error      string
	Rows       int64
	Took       time.Duration
}

// line is the form of a record in the file.
type line struct {
	Time       string   `json:"time"`
	Event      string   `json:"event"`
	User       string   `json:"user"`
	Address    string   `json:"address,omitempty"`
	Connection string   `json:"connection,omitempty"`
	Statement  string   `json:"statement,omitempty"`
	Parameters []string `json:"parameters,omitempty"`
	Outcome    string   `json:"outcome"`
	Error      string   `json:"error,omitempty"`
	Rows       int64    `json:"rows"`
	Took       float64  `json:"ms"`
}

// Options are the settings of a Log. A zero field means its default.
type Options struct {
	FS  vfs.FS           // required
	Dir string           // of the file; required
	Now func() time.Time // the clock; required
	Log *zap.Logger      // default: no log

	BufferMax int           // records that wait; default 100,000
	Flush     time.Duration // between two writes; default 200 ms
	FileBytes int64         // of a file; default 64 MiB
	Kept      int           // full files that are kept; 0: all
	WaitMax   time.Duration // how long one waits to hand a record over; default 1 s
}

const (
	fileName   = "audit.log"
	filePrefix = "audit-"
	fileSuffix = ".log"
	timeLayout = "20060102T150405.000000Z"
)

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.BufferMax <= 0 {
		o.BufferMax = 100_000
	}
	if o.Flush <= 0 {
		o.Flush = 200 * time.Millisecond
	}
	if o.FileBytes <= 0 {
		o.FileBytes = 64 << 20
	}
	if o.WaitMax <= 0 {
		o.WaitMax = time.Second
	}
	return o
}

// Log is an open audit log. Its methods may be called concurrently.
type Log struct {
	o       Options
	records chan Record
	lost    atomic.Int64

	mu     sync.RWMutex // held for reading while a record is handed over
	closed bool         // guarded by mu
	done   chan struct{}

	file vfs.File // owned by the writer
	size int64    // owned by the writer
}

// Open opens the log, and makes its directory if needed. Close ends it.
func Open(o Options) (*Log, error) {
	switch {
	case o.FS == nil || o.Dir == "":
		return nil, errors.New("audit: Options.FS or Options.Dir is missing")
	case o.Now == nil:
		return nil, errors.New("audit: Options.Now is missing")
	}
	l := &Log{o: o.withDefaults(), done: make(chan struct{})}
	l.records = make(chan Record, l.o.BufferMax)
	err := l.o.FS.MkdirAll(l.o.Dir)
	if err == nil {
		err = l.o.FS.SyncDir(filepath.Dir(l.o.Dir))
	}
	if err != nil {
		return nil, fmt.Errorf("the audit log: %w", err)
	}
	if err := l.open(); err != nil {
		return nil, fmt.Errorf("the audit log: %w", err)
	}
	go l.run()
	return l, nil
}

// Add hands a record over. A nil Log takes none.
func (l *Log) Add(r *Record) {
	if l == nil {
		return
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		l.lost.Add(1)
		return
	}
	select {
	case l.records <- *r:
		return
	default:
	}
	late := time.NewTimer(l.o.WaitMax)
	defer late.Stop()
	select {
	case l.records <- *r:
	case <-late.C:
		l.lost.Add(1)
	}
}

// Lost is how many records could not be written.
func (l *Log) Lost() int64 {
	if l == nil {
		return 0
	}
	return l.lost.Load()
}

// Close writes what is left and closes the file.
func (l *Log) Close() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	first := !l.closed
	l.closed = true
	l.mu.Unlock()
	if !first {
		return nil
	}
	close(l.records)
	<-l.done
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// run writes records until there are no more.
func (l *Log) run() {
	defer close(l.done)
	tick := time.NewTicker(l.o.Flush)
	defer tick.Stop()
	var told int64
	for open := true; open; {
		var buf []byte
		var n int64
		buf, n, open = l.gather(tick.C)
		if n > 0 {
			if err := l.write(buf); err != nil {
				l.lost.Add(n)
				l.o.Log.Error("records of the audit log could not be written", zap.Int64("records", n), zap.Error(err))
			}
		}
		if lost := l.lost.Load(); lost != told {
			told = lost
			l.o.Log.Error("records of the audit log are lost", zap.Int64("in all", lost))
		}
	}
}

// batchBytes bounds what is gathered between two writes.
const batchBytes = 1 << 20

// gather collects the lines until the next tick, or as many as fit.
func (l *Log) gather(tick <-chan time.Time) (buf []byte, n int64, open bool) {
	for len(buf) < batchBytes {
		select {
		case r, ok := <-l.records:
			if !ok {
				return buf, n, false
			}
			buf, n = r.append(buf), n+1
		case <-tick:
			return buf, n, true
		}
	}
	return buf, n, true
}

// append adds the line of a record.
func (r *Record) append(dst []byte) []byte {
	b, err := json.Marshal(line{
		Time: r.Time.UTC().Format("2006-01-02T15:04:05.000000Z"), Event: r.Event, User: r.User, Address: r.Address,
		Connection: r.Connection, Statement: r.Statement, Parameters: r.Parameters, Outcome: r.Outcome, Error: r.Error, Rows: r.Rows,
		Took: float64(r.Took.Microseconds()) / 1000,
	})
	if err != nil { // no field can fail
		return dst
	}
	return append(append(dst, b...), '\n')
}

func (l *Log) open() error {
	name := filepath.Join(l.o.Dir, fileName)
	f, err := l.o.FS.OpenReadWrite(name)
	if errors.Is(err, fs.ErrNotExist) {
		if f, err = l.o.FS.CreateExclusive(name); err == nil {
			err = l.o.FS.SyncDir(l.o.Dir)
		}
	}
	if err != nil {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
		return err
	}
	size, err := f.Size()
	if err == nil && size > 0 {
		var last [1]byte
		if err = vfs.ReadFullAt(f, last[:], size-1); err == nil && last[0] != '\n' {
			_, err = f.WriteAt([]byte{'\n'}, size)
			size++
		}
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	l.file, l.size = f, size
	return nil
}

// write appends whole lines, and begins a new file where the old one is full. What a failed
// write has left is overwritten by the next.
func (l *Log) write(buf []byte) error {
	if l.file == nil {
		if err := l.open(); err != nil {
			return err
		}
	}
	if l.size > 0 && l.size+int64(len(buf)) > l.o.FileBytes {
		if err := l.rotate(); err != nil {
			return err
		}
	}
	if _, err := l.file.WriteAt(buf, l.size); err != nil {
		return errors.Join(err, l.file.Truncate(l.size))
	}
	l.size += int64(len(buf))
	return l.file.SyncData()
}

// rotate gives the file its time as its name and begins a new one.
func (l *Log) rotate() error {
	if err := l.file.Close(); err != nil {
		l.o.Log.Error("a file of the audit log could not be closed", zap.Error(err))
	}
	l.file = nil
	full := filepath.Join(l.o.Dir, filePrefix+l.o.Now().UTC().Format(timeLayout)+fileSuffix)
	if err := l.o.FS.RenameExclusive(filepath.Join(l.o.Dir, fileName), full); err != nil {
		return errors.Join(err, l.open())
	}
	if err := l.open(); err != nil {
		return err
	}
	return l.prune()
}

// prune deletes the oldest files beyond the number that is kept.
func (l *Log) prune() error {
	if l.o.Kept == 0 {
		return nil
	}
	names, err := l.o.FS.List(l.o.Dir)
	if err != nil {
		return err
	}
	var full []string // in the order of their times
	for _, n := range names {
		if strings.HasPrefix(n, filePrefix) && strings.HasSuffix(n, fileSuffix) && len(n) == len(filePrefix)+len(timeLayout)+len(fileSuffix) {
			full = append(full, n)
		}
	}
	for len(full) > l.o.Kept {
		if err := l.o.FS.Remove(filepath.Join(l.o.Dir, full[0])); err != nil {
			return err
		}
		l.o.Log.Info("a file of the audit log was deleted, as --audit-retention-count says", zap.String("file", full[0]))
		full = full[1:]
	}
	return nil
}
