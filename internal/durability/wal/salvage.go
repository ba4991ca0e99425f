package wal

import (
	"cmp"
	"errors"
	"slices"
	"syscall"
)

// Range is a run of records that a log cannot give any more, and the file that they are,
// or were, in.
type Range struct {
	First uint64
	Last  uint64 // 0 where it is not known
	File  string
	// Reason says why they are lost: the damage itself, or that they stand behind it.
	Reason string
}

// Salvaged is what can be had of a log that Scan may refuse.
type Salvaged struct {
	// Last is the newest index up to which nothing is missing; the one before what was
	// asked for where not even that can be read.
	Last uint64
	// Problem is why the log ends there; nil where nothing is wrong.
	Problem error
	// Lost are the ranges behind Last, in order.
	Lost []Range
}

// Salvage reads a log like Scan, and where Scan would give up it says how far one can
// get. It begins in the segment that holds from, whatever is wrong with older ones, and
// calls fn with each record from there on that is proved to follow the one before it. It
// changes no file. Its own error is that of fn, a *VersionError or a *ForeignError, or
// that the directory cannot be read.
func Salvage(o Options, from uint64, fn func(Record) error) (Salvaged, error) {
	o = o.withDefaults()
	out := Salvaged{Last: from - 1}
	firsts, err := listSegments(&o)
	if err != nil || len(firsts) == 0 {
		return out, err
	}
	begin := max(0, countUpTo(firsts, from)-1)
	var refused error
	s := &scanner{o: &o, from: from, database: o.Database}
	s.fn = func(r Record) error {
		if fn == nil {
			return nil
		}
		refused = fn(r)
		return refused
	}
	for i := begin; i < len(firsts); i++ {
		err := s.segment(firsts[i], follower(firsts, i))
		out.Last = max(out.Last, s.end.logged)
		switch {
		case err == nil:
			continue
		case refused != nil || !loses(err):
			return out, err
		}
		if gap, ok := errors.AsType[*GapError](err); ok {
			out.Last = max(from-1, gap.Want-1)
		}
		out.Problem = err
		out.Lost, err = lost(&o, firsts[i:], out.Last, s.database, err)
		return out, err
	}
	return out, nil
}

// countUpTo returns how many of the ascending numbers are at most limit.
func countUpTo(ascending []uint64, limit uint64) int {
	at, found := slices.BinarySearchFunc(ascending, limit, cmp.Compare)
	if found {
		at++
	}
	return at
}

// follower returns the number after place i, 0 for none.
func follower(firsts []uint64, i int) uint64 {
	if i+1 < len(firsts) {
		return firsts[i+1]
	}
	return 0
}

// loses tells whether an error of the scanner means that records are gone. A file that
// another program wrote, or that may not be opened, is not such a case.
func loses(err error) bool {
	var (
		damage *DamageError
		gap    *GapError
	)
	return errors.As(err, &damage) || errors.As(err, &gap) || errors.Is(err, syscall.EIO)
}

// lost lists what stands behind last in the segments from the one where the log broke off.
func lost(o *Options, firsts []uint64, last uint64, database [16]byte, problem error) ([]Range, error) {
	var out []Range
	for i, first := range firsts {
		next := follower(firsts, i)
		r := Range{First: max(first, last+1), File: segmentName(o.Dir, first)}
		if i == 0 {
			r.Reason = "the log breaks off here: " + problem.Error()
			if _, gap := errors.AsType[*GapError](problem); !gap {
				r.First = last + 1
			}
			if damage, ok := errors.AsType[*DamageError](problem); ok {
				r.Last = damage.Last
			}
		} else {
			r.Reason = "it stands behind the place where the log breaks off, in " + segmentName(o.Dir, firsts[0])
		}
		if next > 0 {
			r.Last = next - 1
		} else if r.Last == 0 {
			end, err := newestIn(o, first, database)
			if err != nil {
				return nil, err
			}
			if end >= r.First {
				r.Last = end
			}
		}
		if r.Last == 0 || r.Last >= r.First {
			out = append(out, r)
		}
	}
	return out, nil
}

// newestIn returns the last index that a segment holds, as far as it can be read by itself.
func newestIn(o *Options, first uint64, database [16]byte) (uint64, error) {
	s := &scanner{o: o, database: database}
	err := s.segment(first, 0)
	if err != nil && !loses(err) {
		return 0, err
	}
	damage, ok := errors.AsType[*DamageError](err)
	if ok {
		return max(s.end.logged, damage.Last), nil
	}
	return s.end.logged, nil
}

// Databases returns the databases that the segments of a directory say they belong to,
// each once. A segment whose header cannot be read says nothing.
func Databases(o Options) ([][16]byte, error) {
	o = o.withDefaults()
	firsts, err := listSegments(&o)
	if err != nil {
		return nil, err
	}
	var out [][16]byte
	for _, first := range firsts {
		h, ok, err := readHeader(o.FS, segmentName(o.Dir, first))
		if err != nil && !errors.Is(err, syscall.EIO) {
			return nil, err
		}
		if ok && !slices.Contains(out, h.database) {
			out = append(out, h.database)
		}
	}
	return out, nil
}
