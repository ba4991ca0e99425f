package wal

import "time"

// gathering decides how many records leave together. It knows nothing that the safety of a
// record depends on: only when the queue is taken.
//
// A sync takes about as long for many records as for one, and a disk does its flushes one
// after the other, while committers who have heard of their last record come back with the
// next one soon. So a batch waits for those who are expected: for all of them where two syncs
// are enough for that, else for three quarters where two syncs are enough for these, or four where the
// processor is what they wait for, else for a quarter, or for as many as come in two syncs.
// A sync takes some of the processor, and in a large batch the less by the record.
// Where committers do not come back, as when each has other things to do first, half a sync
// is enough for few or none, and nobody waits. A batch that waited in vain leaves with the next
// tick, and the next ones do not wait, the more the oftener that happens.
//
// The log's mutex guards it.
type gathering struct {
	flights int // batches in the air
	flying  int // their records
	away    int // committers that were told of a record and are expected back

	took time.Duration // of a sync, the running median
	each time.Duration // from telling to the next batch, by the record in it: likewise
	lent time.Duration // for how long others run when the writer lets them: likewise
	told time.Time     // when a batch was settled, the newest one
	left time.Time     // when a batch was taken, the newest one
	last int           // records in that batch
	sent bool          // a batch was taken since the tick before
	seen int           // records in the queue at the tick before
	grew int           // ticks in a row that found more of them

	hasty   int  // so many batches to come do not wait
	strikes int  // batches that waited in vain, less the others by strikeDecay
	well    int  // batches that were not hasty
	ticking bool // there will be a tick
}

const (
	// gatherTick bounds, twice, how long records wait in vain, and growMax how often more where
	// others join them from tick to tick. Timers of Go ring up to a millisecond late where nothing
	// else happens.
	gatherTick = time.Millisecond / 2
	growMax    = 4
	// hastyShift is the binary logarithm of how many batches do not wait after one that did in vain.
	hastyShiftMin, hastyShiftMax = 3, 7
	// strikeDecay batches that did not wait in vain make up for one that did.
	strikeDecay = 16
)

// want returns with how many records a batch leaves, where there are n.
func (g *gathering) want(n int) int {
	if g.hasty > 0 {
		if g.flights == 0 {
			return 1
		}
		return max(1, (g.last+1)/2)
	}
	all := n + g.flying + g.away
	soon := int(g.took / max(2*g.each, 1)) // as many as come in half a sync
	want := min(all/4, 4*soon)
	switch most := all - all/4; {
	case all <= 4*soon:
		want = all
	case most <= 4*soon || most <= 8*soon && g.crowded():
		want = most
	}
	want = min(all, max(want, soon))
	if want >= 8 {
		want -= want / 8 // a few that are late may keep the others waiting for long
	}
	return max(1, want)
}

// crowded tells whether the processors are what committers wait for.
func (g *gathering) crowded() bool { return g.lent > g.each }

// lend notes for how long others ran that the writer let run.
func (g *gathering) lend(d time.Duration) { g.lent = middle(g.lent, d) }

// arrived notes one more record, and tells whether nobody else is to come.
func (g *gathering) arrived() (all bool) {
	if g.away > 0 {
		g.away--
	}
	return g.away == 0 && g.flights == 0
}

// leave notes that n records were taken.
func (g *gathering) leave(n int, now time.Time) {
	if !g.told.IsZero() {
		g.each = middle(g.each, min(now.Sub(g.told)/time.Duration(n), 4*g.took))
	}
	if g.hasty > 0 {
		g.hasty--
	} else if g.well++; g.well%strikeDecay == 0 {
		g.strikes = max(0, g.strikes-1)
	}
	g.last, g.left, g.sent = n, now, true
}

// takeOff notes that n records are being synced.
func (g *gathering) takeOff(n int) { g.flights, g.flying = g.flights+1, g.flying+n }

// land notes that they are not any more, and that those who wait for them are told.
func (g *gathering) land(n int, good bool, took time.Duration, now time.Time) {
	g.flights, g.flying = g.flights-1, g.flying-n
	if !good {
		g.away = 0
		return
	}
	g.took, g.told = middle(g.took, took), now
	g.away = n + g.away/2 // some of those before may never come
}

// busy tells whether there have to be ticks, where the queue has n records.
func (g *gathering) busy(n int) bool { return n > 0 || g.away > 1 }

// tick is called now and then while busy: what has waited since the tick before leaves.
func (g *gathering) tick(n int, now time.Time) {
	sent, grows := g.sent, n > g.seen && g.grew < growMax && g.crowded()
	g.sent, g.ticking, g.seen = false, false, n
	if grows && !sent {
		g.grew++
		return
	}
	g.grew = 0
	if sent || n > 0 && g.flights > 0 && now.Sub(g.left) < 2*g.took {
		return
	}
	g.away = 0
	if n == 0 {
		return
	}
	g.hasty = 1
	if g.flights == 0 {
		g.hasty = 1 << (hastyShiftMin + g.strikes)
		g.strikes = min(g.strikes+1, hastyShiftMax-hastyShiftMin)
	}
}

// middle moves a running median, by an eighth, to the side on which a sample is: a few that are
// far off move it no further than others do.
func middle(m, sample time.Duration) time.Duration {
	switch {
	case m == 0:
		return sample
	case sample > m:
		return m + m/8 + 1
	}
	return m - m/8
}
