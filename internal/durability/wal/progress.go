package wal

// progressBytes is how much is read between two words about it.
const progressBytes = 4 << 20

// scanProgress tells how far a Scan is.
type scanProgress struct {
	report func(read, total int64) // nil: nobody asks
	total  int64
	before int64 // bytes of the segments that are done
	told   int64
}

// measure adds up what there is to read.
func (p *scanProgress) measure(o *Options, firsts []uint64) error {
	p.report = o.OnScan
	if p.report == nil {
		return nil
	}
	for _, first := range firsts {
		info, err := o.FS.Stat(segmentName(o.Dir, first))
		if err != nil {
			return err
		}
		p.total += info.Size
	}
	p.report(0, p.total)
	return nil
}

// at says that the segment at hand was read up to an offset.
func (p *scanProgress) at(offset int64) {
	if p.report == nil || p.before+offset < p.told+progressBytes {
		return
	}
	p.told = p.before + offset
	p.report(p.told, p.total)
}

// done says that a segment of some bytes is read.
func (p *scanProgress) done(size int64) {
	p.before += size
	if p.report != nil {
		p.told = p.before
		p.report(p.told, p.total)
	}
}
