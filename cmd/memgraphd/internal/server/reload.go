package server

import (
	"slices"

	"go.uber.org/zap"

	"memgraphd/internal/config"
	statements "memgraphd/internal/statement"
)

// hangup has the server read its configuration anew as soon as it serves.
func (s *server) hangup() {
	select {
	case s.hangups <- struct{}{}:
	default:
	}
}

// reload reads the configuration anew and takes over what can change. A mistake in it changes nothing.
func (s *server) reload() {
	s.systemd.Reloading()
	defer func() { s.systemd.Ready(s.state().text) }()
	next, err := s.reread()
	if err != nil {
		s.notices.Error("the configuration is not read anew, and stays as it was", zap.Error(err))
		return
	}
	former := s.shown.Load()
	for _, w := range next.Warnings {
		if !slices.ContainsFunc(former.Warnings, func(old config.Warning) bool { return old.Text == w.Text }) {
			s.notices.Warn(w.String())
		}
	}
	now, later := former, differences(former, next)
	for _, c := range changeables() {
		changed := intersection(c.flags, later)
		if len(changed) == 0 {
			continue
		}
		later = slices.DeleteFunc(later, func(name string) bool { return slices.Contains(changed, name) })
		candidate := adopted(now, next, c)
		if err := c.apply(s, candidate); err != nil {
			s.notices.Error("not changed", zap.Strings("flags", changed), zap.Error(err))
			continue
		}
		now = candidate
		for _, name := range changed {
			to := next.Setting(name)
			s.notices.Info("changed: --"+name+"="+statements.Masked(to.Shown()), zap.Stringer("from", to.Origin))
		}
	}
	for _, name := range later {
		to := next.Setting(name)
		s.notices.Warn("--"+name+"="+statements.Masked(to.Shown())+" takes effect at the next start", zap.Stringer("from", to.Origin))
	}
	s.shown.Store(now)
	s.rereadToken()
	s.notices.Info("the configuration was read anew")
}

// adopted returns a copy of now in which what c is about is that of next.
func adopted(now, next *config.Config, c changeable) *config.Config {
	into := *now
	into.Settings = slices.Clone(now.Settings)
	for i := range into.Settings {
		if name := into.Settings[i].Flag.Name; slices.Contains(c.flags, name) {
			into.Settings[i] = *next.Setting(name)
		}
	}
	c.adopt(&into, next)
	return &into
}

// differences names the flags that have another value, or are given now and were not, or the other way round.
func differences(former, next *config.Config) []string {
	var names []string
	for i := range next.Settings {
		a, b := former.Setting(next.Settings[i].Flag.Name), &next.Settings[i]
		if a == nil || a.Value != b.Value || a.Given() != b.Given() {
			names = append(names, b.Flag.Name)
		}
	}
	return names
}

func intersection(a, b []string) []string {
	var both []string
	for _, name := range a {
		if slices.Contains(b, name) {
			both = append(both, name)
		}
	}
	return both
}
