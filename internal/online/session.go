package online

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"memgraphd/internal/durability/backup"
)

// readersMax bounds the files that a session has open.
const readersMax = 4

// session is one reader of the server's files.
type session struct {
	server *Server
	id     string

	using  sync.Mutex // for the calls of source
	source backup.Source

	// Guarded by server.mu.
	timer *time.Timer
	calls int // that use the session now
	ended bool

	mu      sync.Mutex
	readers []*reader // that wait for their next read, the newest last
}

// reader is an open file and the place that its next byte has.
type reader struct {
	io.ReadCloser
	text   string // of the file
	offset int64
}

// expire ends a session whose lease is over. Where a call was under way when it was, the
// call begins the lease anew.
func (s *session) expire() {
	s.server.mu.Lock()
	if s.ended || s.calls > 0 {
		s.server.mu.Unlock()
		return
	}
	s.server.dropLocked(s)
	s.server.mu.Unlock()
	_ = s.close() // nobody is there to hear of it, and the files were only read
}

// close gives back what the session holds.
func (s *session) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	for _, r := range s.readers {
		err = errors.Join(err, r.Close())
	}
	s.readers = nil
	return errors.Join(err, s.source.Close())
}

// describe says what the server has now.
func (s *session) describe() (backup.Description, error) {
	ctx, cancel := context.WithTimeout(context.Background(), describeMax)
	defer cancel()
	s.using.Lock()
	defer s.using.Unlock()
	return s.source.Describe(ctx)
}

// keepFrom gives up what is not needed any longer, where the source can.
func (s *session) keepFrom(commit uint64) error {
	s.using.Lock()
	defer s.using.Unlock()
	if k, ok := s.source.(backup.Keeper); ok {
		return k.Keep(context.Background(), commit)
	}
	return nil
}

// reader returns the open file that stands at a place, or opens it there. The caller gives
// it back with keep, or closes it.
func (s *session) reader(text string, offset int64) (*reader, error) {
	s.mu.Lock()
	for i, r := range s.readers {
		if r.text == text && r.offset == offset {
			s.readers = append(s.readers[:i], s.readers[i+1:]...)
			s.mu.Unlock()
			return r, nil
		}
	}
	s.mu.Unlock()
	file, err := decode(text)
	if err != nil {
		return nil, err
	}
	if offset < 0 {
		return nil, fmt.Errorf("the offset is %d, it cannot be negative", offset)
	}
	s.using.Lock()
	opened, err := s.source.Open(context.Background(), file, offset)
	s.using.Unlock()
	if err != nil {
		return nil, err
	}
	return &reader{ReadCloser: opened, text: text, offset: offset}, nil
}

// keep holds a reader for the next read; the one that has waited longest makes room.
func (s *session) keep(r *reader) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readers = append(s.readers, r)
	if len(s.readers) <= readersMax {
		return nil
	}
	oldest := s.readers[0]
	s.readers = s.readers[1:]
	return oldest.Close()
}

// read gives the next part of a file to each, and returns at the end of the file.
func (s *session) read(text string, offset, bytes int64, each func([]byte) error) error {
	r, err := s.reader(text, offset)
	if err != nil {
		return err
	}
	for bytes > 0 {
		part := make([]byte, min(bytes, partBytes))
		n, err := io.ReadFull(r, part)
		if n > 0 {
			if failed := each(part[:n]); failed != nil {
				return errors.Join(failed, r.Close())
			}
		}
		r.offset += int64(n)
		bytes -= int64(n)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return r.Close()
		}
		if err != nil {
			return errors.Join(err, r.Close())
		}
	}
	return s.keep(r)
}
