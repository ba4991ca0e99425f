package wal

// Durable returns the first index of the open segment and how many of its bytes are
// durable: they end with a frame, and never change. Both are 0 while the log has not begun.
func (l *Log) Durable() (first uint64, end int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.segments) == 0 {
		return 0, 0
	}
	open := &l.segments[len(l.segments)-1]
	return open.First, open.End
}

// publish tells up to where a segment is durable. A failed write may have been taken back
// since, and nothing that was told before.
func (w *writer) publish(s *segment) {
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	w.publishLocked(s)
}

func (w *writer) publishLocked(s *segment) {
	for i := len(w.l.segments) - 1; i >= 0; i-- {
		if info := &w.l.segments[i]; info.First == s.first {
			info.End = max(info.End, s.synced.Load())
			return
		}
	}
}
