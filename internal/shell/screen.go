package shell

import (
	"bytes"
	"errors"
	"io"
	"syscall"
)

// screen holds output back until it is known whether it fits on the screen. What does not goes through a pager.
type screen struct {
	out   io.Writer
	rows  int // that fit
	open  func() (io.WriteCloser, error)
	held  bytes.Buffer
	lines int
	pager io.WriteCloser // nil until it is needed
	plain bool           // there is no pager to be had
	gone  bool           // the user has left the pager
}

// Write takes output in. After the user has left the pager it fails with errLeft.
func (s *screen) Write(p []byte) (int, error) {
	switch {
	case s.gone:
		return 0, errLeft
	case s.plain:
		return s.out.Write(p)
	case s.pager != nil:
		return s.page(p)
	}
	s.held.Write(p)
	s.lines += bytes.Count(p, []byte("\n"))
	if s.lines <= s.rows {
		return len(p), nil
	}
	pager, err := s.open()
	if err != nil {
		s.plain = true
		_, err = s.out.Write(s.held.Bytes())
		return len(p), err
	}
	s.pager = pager
	if _, err := s.page(s.held.Bytes()); err != nil {
		return 0, err
	}
	s.held.Reset()
	return len(p), nil
}

// errLeft means that the user has seen enough.
var errLeft = errors.New("the pager was left")

func (s *screen) page(p []byte) (int, error) {
	n, err := s.pager.Write(p)
	if errors.Is(err, syscall.EPIPE) {
		s.gone = true
		return n, errLeft
	}
	return n, err
}

// Close shows what was held back, or waits until the user leaves the pager.
func (s *screen) Close() error {
	switch {
	case s.pager != nil:
		err := s.pager.Close()
		if errors.Is(err, syscall.EPIPE) {
			return nil
		}
		return err
	case s.plain:
		return nil
	}
	_, err := s.out.Write(s.held.Bytes())
	return err
}
