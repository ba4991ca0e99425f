package bolt

// pause is what a connection does while a statement that is answered at once waits for the log. That is
// mostly over before anybody could notice, but a disk may stop.
type pause struct {
	reads    bool   // messages are answered where they were read, past the inbox
	straight bool   // there was a pause meanwhile; what others have read is in the inbox
	spare    []byte // the other buffer for reading
	// begun tells that the statement has waited and was declined after that. Then its failure is told, even
	// where a RESET has arrived meanwhile.
	begun bool
}

// wait makes a connection one that works: from now on the monitor may glance at its socket, and write what
// waits to be written or an empty chunk.
func (c *conn) wait() {
	c.pause.begun = true
	if p := &c.pause; p.reads {
		c.buf, p.spare = p.spare, c.buf // what is being answered lies in it
		p.straight = true
		c.srv.monitor.begin(c)
	}
	c.out.lend()
}
