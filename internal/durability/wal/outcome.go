package wal

// outcome is what becomes of the records of one batch. The writer fills it and closes
// done; from then on it is read only.
type outcome struct {
	done chan struct{}
	good int // the records before this place are acknowledged
	err  error
}

// Waiter stands for one record that was enqueued.
type Waiter struct {
	out   *outcome
	place int
}

// Wait blocks until the record is acknowledged, and then returns nil, or has failed. An
// error that matches ErrPoisoned means that it is not known whether the record will be
// in the log after a new start; with any other it is not in the log, and the log goes
// on.
func (w Waiter) Wait() error {
	<-w.out.done
	if w.place < w.out.good {
		return nil
	}
	return w.out.err
}

// batch is the records that wait to be written, in order.
type batch struct {
	records []Record
	out     *outcome
}

func newOutcome() *outcome { return &outcome{done: make(chan struct{})} }

// requestKind says what a request wants.
type requestKind uint8

const (
	requestSync requestKind = iota + 1
	requestRotate
	requestClose
)

// request asks the writer for something after all records that were enqueued before.
type request struct {
	kind requestKind
	done chan error // holds one
}
