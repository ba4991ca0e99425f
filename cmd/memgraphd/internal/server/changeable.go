package server

import (
	"slices"

	"memgraphd/cmd/memgraphd/internal/settings"
	"memgraphd/internal/config"
)

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
