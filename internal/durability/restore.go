package durability

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"memgraphd/internal/durability/restore"
)

// RestoreReport says what a restore did.
type RestoreReport = restore.Report

// goBack takes the directory back to the moment that the operator asked for, unless that has
// happened before. What it makes is then recovered as always.
func (m *Manager) goBack(ctx context.Context) error {
	o := m.o
	if o.RecoverTo == "" {
		return nil
	}
	r, done, err := restore.Back(ctx, restore.Options{
		FS: o.FS, Dir: o.Dir, NewStore: o.NewStore, Workers: o.RecoveryWorkers, Now: o.Now, Log: o.Log,
		Progress: m.tellBack,
	}, o.RecoverTo)
	if err != nil {
		return fmt.Errorf("going back to %s: %w", o.RecoverTo, err)
	}
	if !done {
		o.Log.Info("the data directory went back to that moment at an earlier start; remove the flag", zap.String("recover-to", o.RecoverTo))
		return nil
	}
	m.back = &r
	o.Log.Warn("the data directory went back", zap.String("to", o.RecoverTo), zap.Uint64("commit", uint64(r.Commit)),
		zap.Time("of", r.Time), zap.Strings("missing", r.Missing), zap.Uint32("timeline", r.NewTimeline), zap.String("keptIn", r.KeptIn))
	return m.renewStore()
}

// tellBack tells of going back as of the recovery that it is a part of.
func (m *Manager) tellBack(p restore.Progress) {
	if m.o.Progress == nil {
		return
	}
	phase := PhaseLog
	switch p.Phase {
	case restore.PhasePlan, restore.PhaseFetch, restore.PhaseVerify:
		phase = PhaseVerify
	case restore.PhaseLoad, restore.PhaseWrite:
		phase = PhaseSnapshot
	case restore.PhaseLog:
	}
	m.o.Progress(Progress{Phase: phase, Bytes: p.Bytes, Total: p.Total, Commits: p.Commits, Elapsed: p.Elapsed, InPhase: p.InPhase})
}

// WentBack returns what a start that was to go back to a moment did; ok is false where it did
// nothing of the kind.
func (m *Manager) WentBack() (r RestoreReport, ok bool) {
	if m.back == nil {
		return RestoreReport{}, false
	}
	return *m.back, true
}
