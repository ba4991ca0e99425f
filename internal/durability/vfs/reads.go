package vfs

// Reads is reads of one file that are under way beside each other. One goroutine at a time may
// use it.
type Reads interface {
	// Begin begins to fill p from off. p belongs to the read until Next has returned its number.
	// Offset, length and address keep to DirectBytes where the file is read directly. No more may
	// be under way than NewReads was told.
	Begin(number int, p []byte, off int64)
	// Next waits until a read ends, in whatever order they do, and returns what ReadAt would
	// have. One at least must be under way.
	Next() (number, n int, err error)
	// Close waits for all that is under way and ends the use.
	Close() error
}

// NewReads returns reads of a file, which stays open until Close, of which up to most are under
// way at once. Where a file is read
// directly, the system does them on its own: a goroutine that waits for the disk would keep
// the place of one that could compute, and has to wait for a place when the disk is done. Otherwise
// each has a goroutine.
func NewReads(f File, most int) Reads {
	if a, ok := f.(interface{ reads(most int) Reads }); ok {
		if r := a.reads(most); r != nil {
			return r
		}
	}
	return &goReads{f: f, ended: make(chan endedRead, most)}
}

// endedRead is a read that has ended.
type endedRead struct {
	number, n int
	err       error
}

// goReads is Reads with a goroutine for each read.
type goReads struct {
	f     File
	ended chan endedRead // has room for all
	under int
}

// Begin implements Reads.
func (r *goReads) Begin(number int, p []byte, off int64) {
	r.under++
	go func() {
		n, err := r.f.ReadAt(p, off)
		r.ended <- endedRead{number, n, err}
	}()
}

// Next implements Reads.
func (r *goReads) Next() (number, n int, err error) {
	e := <-r.ended
	r.under--
	return e.number, e.n, e.err
}

// Close implements Reads.
func (r *goReads) Close() error {
	for ; r.under > 0; r.under-- {
		<-r.ended
	}
	return nil
}
