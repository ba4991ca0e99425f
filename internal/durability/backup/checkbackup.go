package backup

import (
	"errors"
	"fmt"
	"slices"

	"memgraphd/internal/durability/object"
)

// judge says of each backup whether it can be restored.
func (c *checker) judge() {
	for i := range c.backups {
		b := &c.backups[i]
		if b.Err != nil {
			continue
		}
		m := &b.Manifest
		good := true
		chain, missing := Chain(c.backups, m.ID)
		if missing != "" {
			c.blame(fmt.Sprintf("%s (backup %s)", ManifestsFolder, missing), FaultMissing, errors.New("an incremental backup goes on from it"), m.ID)
			good = false
		}
		for _, one := range chain {
			for at := range one.Objects {
				good = c.object(&one.Objects[at], one.Timeline, m.ID) && good
			}
		}
		if good && !c.reaches(m) {
			c.blame(b.Name, FaultGap, fmt.Errorf("not all commits up to %d follow each other in the objects that are good", m.Last), m.ID)
			good = false
		}
		c.report.Backups = append(c.report.Backups, CheckedBackup{ID: m.ID, Kind: m.Kind, Made: m.Made, Last: m.Last, Good: good})
	}
}

// blame notes what is wrong with an object and which backup suffers.
func (c *checker) blame(name string, fault Fault, err error, id string) {
	f := c.find(name, fault, err)
	if !slices.Contains(f.Backups, id) {
		f.Backups = append(f.Backups, id)
	}
}

// object says whether a backup has an object, or others that stand for it.
func (c *checker) object(o *Object, timeline uint32, id string) bool {
	sealed, proved := c.proved[o.Name]
	finding := c.findings[o.Name]
	switch {
	case finding == nil && proved && sealed.SHA256 == o.SHA256:
		return true
	case finding == nil && proved:
		finding = c.find(o.Name, FaultExchanged, fmt.Errorf("it is whole, but not the object that was put for the backup: its digest is %s, and was %s",
			sealed.SHA256, o.SHA256))
	case finding == nil && c.replaced(o, timeline):
		return true
	case finding == nil:
		finding = c.find(o.Name, FaultMissing, object.ErrNotFound)
	case c.replaced(o, timeline):
		return true // it is damaged, and nobody needs it
	}
	if !slices.Contains(finding.Backups, id) {
		finding.Backups = append(finding.Backups, id)
	}
	return false
}

// replaced reports whether other good pieces hold the bytes of a piece.
func (c *checker) replaced(o *Object, timeline uint32) bool {
	if o.Segment == 0 {
		return false
	}
	others := slices.DeleteFunc(slices.Clone(c.logs[timeline][o.Segment]), func(p PieceRange) bool { return p.Name() == o.Name })
	_, end := others.Cover(o.From, o.To)
	return end == o.To
}

// reaches reports whether the log goes without a gap from where a backup begins to where
// it ends.
func (c *checker) reaches(m *Manifest) bool {
	from := uint64(0)
	if m.Snapshot != "" {
		from = m.First
	}
	return m.Last <= from || slices.ContainsFunc(c.ranges[m.Timeline], func(r Range) bool { return r.First <= from+1 && m.Last <= r.Last })
}
