package server

import (
	"slices"

	"go.uber.org/zap"

	"memgraphd/cmd/memgraphd/internal/machine"
	"memgraphd/cmd/memgraphd/internal/settings"
	"memgraphd/internal/bolt"
	"memgraphd/internal/config"
	statements "memgraphd/internal/statement"
)

// changeable is a part of the configuration that a running server takes over.
type changeable struct {
	flags []string
	// adopt copies what the flags say.
	adopt func(into, next *config.Config)
	// apply puts it in force; after an error, what was in force before still is.
	apply func(s *server, c *config.Config) error
}

// changeables lists what SIGHUP changes. Everything else needs a restart.
func changeables() []changeable {
	return slices.Concat(changeableSettings(), changeableForStatements(), []changeable{
		{
			flags: []string{
				"bolt-max-connections", "bolt-max-unauthenticated-connections",
				"bolt-max-connections-per-address", "bolt-max-unauthenticated-connections-per-address",
			},
			adopt: func(into, next *config.Config) {
				into.Bolt.ConnectionsMax, into.Bolt.UnauthenticatedMax = next.Bolt.ConnectionsMax, next.Bolt.UnauthenticatedMax
				into.Bolt.Limits.ConnectionsPerAddressMax = next.Bolt.Limits.ConnectionsPerAddressMax
				into.Bolt.Limits.UnauthenticatedPerAddressMax = next.Bolt.Limits.UnauthenticatedPerAddressMax
			},
			apply: func(s *server, c *config.Config) error {
				return s.bolt.SetConnectionLimits(connectionLimits(&c.Bolt))
			},
		},
		{
			flags: []string{"query-memory-limit"},
			adopt: func(into, next *config.Config) { into.Query.MemoryLimitBytes = next.Query.MemoryLimitBytes },
			apply: func(s *server, c *config.Config) error {
				s.queries.SetQueryMemoryLimit(c.Query.MemoryLimitBytes)
				return nil
			},
		},
		{
			flags: []string{"memory-limit"},
			adopt: func(into, next *config.Config) { into.MemoryLimitBytes = next.MemoryLimitBytes },
			apply: func(s *server, c *config.Config) error {
				s.limit = machine.MemoryLimit(c.MemoryLimitBytes)
				s.budget.SetLimit(machine.BudgetLimit(s.limit))
				machine.LimitHeap(s.limit)
				return nil
			},
		},
		{
			flags: []string{"bolt-cert-file", "bolt-key-file", "bolt-client-ca-file"},
			adopt: func(into, next *config.Config) {
				required := into.Bolt.TLS.Required
				into.Bolt.TLS = next.Bolt.TLS
				into.Bolt.TLS.Required = required
			},
			apply: func(s *server, c *config.Config) error { return s.certificates.Replace(c.Bolt.TLS) },
		},
		{
			flags: []string{"metrics-token-file"},
			adopt: func(into, next *config.Config) { into.Metrics.TokenFile = next.Metrics.TokenFile },
			apply: func(s *server, c *config.Config) error { return s.requireToken(c.Metrics) },
		},
	})
}

// changeableSettings are the flags that SET DATABASE SETTING has too.
func changeableSettings() []changeable {
	return []changeable{
		{
			flags: []string{settings.FlagOf("log.level")},
			adopt: func(into, next *config.Config) { into.Log.Level = next.Log.Level },
			apply: redefine("log.level"),
		},
		{
			flags: []string{settings.FlagOf("log.to_stderr")},
			adopt: func(into, next *config.Config) { into.Log.AlsoToStderr = next.Log.AlsoToStderr },
			apply: redefine("log.to_stderr"),
		},
		{
			flags: []string{settings.FlagOf(settings.MinDuration)},
			adopt: func(_, _ *config.Config) {}, // the settings have it
			apply: redefine(settings.MinDuration),
		},
		{
			flags: []string{settings.FlagOf(settings.FailedQueries)},
			adopt: func(_, _ *config.Config) {},
			apply: redefine(settings.FailedQueries),
		},
		{
			flags: []string{settings.FlagOf(settings.QueryPlan)},
			adopt: func(_, _ *config.Config) {},
			apply: redefine(settings.QueryPlan),
		},
		{
			flags: []string{settings.FlagOf("query.timeout")},
			adopt: func(into, next *config.Config) { into.Query.Timeout = next.Query.Timeout },
			apply: redefine("query.timeout"),
		},
		{
			flags: []string{settings.FlagOf("server.name")},
			adopt: func(into, next *config.Config) { into.Bolt.ServerName = next.Bolt.ServerName },
			apply: redefine("server.name"),
		},
		{
			flags: []string{settings.FlagOf(settings.Snapshots), settings.SnapshotSecondsFlag},
			adopt: func(into, next *config.Config) { into.Storage.Snapshots = next.Storage.Snapshots },
			apply: redefine(settings.Snapshots),
		},
	}
}

// connectionLimits are the bounds of Bolt that may change while it serves.
func connectionLimits(b *config.Bolt) bolt.ConnectionLimits {
	return bolt.ConnectionLimits{
		ConnectionsMax:               b.ConnectionsMax,
		UnauthenticatedMax:           b.UnauthenticatedMax,
		ConnectionsPerAddressMax:     b.Limits.ConnectionsPerAddressMax,
		UnauthenticatedPerAddressMax: b.Limits.UnauthenticatedPerAddressMax,
	}
}

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
