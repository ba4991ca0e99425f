package server

import (
	"slices"

	"memgraphd/cmd/memgraphd/internal/machine"
	"memgraphd/cmd/memgraphd/internal/settings"
	"memgraphd/internal/bolt"
	"memgraphd/internal/config"
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

// changeableForStatements are flags about what statements do that SET DATABASE SETTING has too.
func changeableForStatements() []changeable {
	return []changeable{
		{
			flags: []string{settings.FlagOf("storage.access_timeout_sec")},
			adopt: func(into, next *config.Config) { into.Storage.AccessTimeout = next.Storage.AccessTimeout },
			apply: redefine("storage.access_timeout_sec"),
		},
		{
			flags: []string{settings.FlagOf("hops_limit_partial_results")},
			adopt: func(into, next *config.Config) { into.Query.HopsPartial = next.Query.HopsPartial },
			apply: redefine("hops_limit_partial_results"),
		},
		{
			flags: []string{settings.FlagOf("timezone")},
			adopt: func(into, next *config.Config) { into.Query.Zone = next.Query.Zone },
			apply: redefine("timezone"),
		},
		{
			flags: []string{"aws-region", "aws-endpoint-url", "aws-access-key", "aws-secret-key", "file-download-conn-timeout-sec"},
			adopt: func(into, next *config.Config) { into.Remote = next.Remote },
			apply: redefine("aws.region", "aws.endpoint_url", "aws.access_key", "aws.secret_key", "file.download_conn_timeout_sec"),
		},
	}
}

// redefine puts settings in force as flags that have changed give them.
func redefine(names ...string) func(*server, *config.Config) error {
	return func(s *server, c *config.Config) error {
		for _, d := range s.settingDefinitions(c) {
			if slices.Contains(names, d.Name) {
				s.database.Redefine(d)
			}
		}
		return nil
	}
}
