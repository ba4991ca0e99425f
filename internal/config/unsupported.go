package config

import (
	"slices"
	"strings"
)

const later = "not supported by this version"

// unsupportedFlags are those that Memgraph has and this server has not: known by name, so that its
// configuration files can be used as they are, and without effect.
func unsupportedFlags() []Flag {
	return slices.Concat(unsupportedBolt(), unsupportedAuth(), unsupportedStorage(), unsupportedQuery(), unsupportedLog(), unsupportedOther())
}

func unsupportedBolt() []Flag {
	return ignored(groupBolt, [][3]string{
		{"bolt-num-workers", "connections are served by as many threads as there are processors", ""},
		{"scheduler", "connections are served by as many threads as there are processors", ""},
	})
}

func unsupportedAuth() []Flag {
	return ignored(groupOther, [][3]string{
		{"auth-module-mappings", later, ""},
		{"auth-module-timeout-ms", later, ""},
	})
}

func unsupportedStorage() []Flag {
	return ignored(groupStorage, [][3]string{
		{"storage-recover-on-startup?", "use --data-recovery-on-startup", ""},
		{"storage-backup-dir-enabled?", "files that a start without recovery, or one that accepts a loss, moves aside are always kept, in .backup", "true"},
		{"storage-enable-backup-dir?", "files that a start without recovery, or one that accepts a loss, moves aside are always kept, in .backup", "true"},
		{"storage-items-per-batch", "the blocks of a snapshot have a fixed size", ""},
		{"storage-parallel-snapshot-creation?", "snapshots are always written in parallel", "true"},
		{"storage-parallel-schema-recovery?", "indexes are built one after another when everything else is loaded", "false"},
		{"storage-snapshot-writeback-window-mib", "snapshots always go to the disk while they are written, 8 MiB at a time", ""},
		{"storage-release-recovered-snapshot-page-cache?", "a snapshot never stays in the cache of the system", "true"},
		{"storage-release-sent-snapshot-page-cache?", "no snapshot is sent anywhere: there is no replication", ""},
		{"storage-mode", "the graph is in memory and transactional", "IN_MEMORY_TRANSACTIONAL"},
		{"storage-gc-cycle-sec", "old versions go continuously", ""},
		{"storage-gc-aggressive?", "old versions go continuously", ""},
		{"storage-python-gc-cycle-sec", "there is no Python here", ""},
		{"storage-properties-on-edges?", "relationships always have properties", "true"},
		{"storage-light-edge?", "relationships have one form", ""},
		{"storage-enable-schema-metadata?", "SHOW NODE_LABELS INFO and SHOW EDGE_TYPES INFO, which it is for, are not supported by this version", "false"},
		{"storage-enable-edges-metadata?", "relationships are always found by id", "true"},
		{"schema-info-enabled?", "SHOW SCHEMA INFO, which it is for, is not supported by this version", "false"},
		{"storage-automatic-label-index-creation-enabled?", "only CREATE INDEX makes indexes", "false"},
		{"storage-automatic-edge-type-index-creation-enabled?", "only CREATE INDEX makes indexes", "false"},
		{"storage-delta-on-identical-property-update?", "a property that is set to what it was counts as a change", "true"},
		{"storage-property-store-compression-enabled?", "properties are packed and not compressed", "false"},
		{"storage-property-store-compression-level", "properties are packed and not compressed", ""},
		{"storage-floating-point-resolution-bits", "numbers are never rounded", "64"},
		{"storage-omit-vector-index-properties-on-return?", "there are no vector indexes in this version", "false"},
		{"delta-chain-cache-threshold", "versions are kept in another way", ""},
		{"storage-rocksdb-enable-thread-tracking?", "nothing is stored in RocksDB", ""},
		{"storage-rocksdb-info-log-level", "nothing is stored in RocksDB", ""},
		{"storage-rocksdb-keep-log-file-num", "nothing is stored in RocksDB", ""},
	})
}

func unsupportedQuery() []Flag {
	return ignored(groupQuery, [][3]string{
		{"query-cost-planner?", "plans are always chosen by cost", "true"},
		{"query-max-plans", "the planner bounds itself", ""},
		{"query-ast-cache-max-size", "the plan cache serves both", ""},
		{"query-vertex-count-to-expand-existing", "chosen by cost", ""},
		{"cartesian-product-enabled?", "chosen by cost", "true"},
		{"debug-query-plans?", later, "false"},
		{"hops-limit-partial-results?", "at the limit of hops a result is always partial", "true"},
		{"query-modules-directory", later, ""},
		{"query-callable-mappings-path", later, ""},
		{"file-download-conn-timeout-sec", later, ""},
		{"ca-bundle-file", later, ""},
		{"aws-region", later, ""},
		{"aws-access-key", later, ""},
		{"aws-secret-key", later, ""},
		{"aws-endpoint-url", later, ""},
		{"init-file", later, ""},
		{"init-data-file", later, ""},
		{"timezone", later, "UTC"},
		{"experimental-enabled", "there are no experiments", ""},
		{"experimental-config", "there are no experiments", ""},
	})
}

func unsupportedLog() []Flag {
	return ignored(groupLog, [][3]string{
		{"logger-type", "lines are written as they come", "sync"},
		{"log-retention-days", "no log file is ever deleted; use logrotate", ""},
		{"log-min-duration-ms", later, "-1"},
		{"log-failed-queries?", later, "false"},
		{"log-query-plan?", later, ""},
		{"memory-warning-threshold", later, "0"},
		{"monitoring-address", later, ""},
		{"monitoring-port", later, ""},
		{"metrics-format", "a client is given OpenMetrics where it asks for it, else Prometheus' text format", "OpenMetrics"},
		{"telemetry-enabled?", "this server sends nothing to anybody", "false"},
	})
}

func unsupportedOther() []Flag {
	return ignored(groupOther, [][3]string{
		{"replication-replica-check-frequency-sec", later, ""},
		{"replication-restore-state-on-startup?", later, ""},
		{"management-port", later, "0"},
		{"coordinator-port", later, "0"},
		{"coordinator-id", later, ""},
		{"coordinator-hostname", later, ""},
		{"nuraft-log-file", later, ""},
		{"cluster-cert-file", later, ""},
		{"cluster-key-file", later, ""},
		{"cluster-ca-file", later, ""},
		{"kafka-bootstrap-servers", later, ""},
		{"pulsar-service-url", later, ""},
		{"stream-transaction-conflict-retries", later, ""},
		{"stream-transaction-retry-interval", later, ""},
		{"license-key", "there is nothing to license", ""},
		{"organization-name", "there is nothing to license", ""},
	})
}

// ignored builds flags from rows of name, reason, and the value that is in effect anyway; a name that ends in
// "?" is a switch.
func ignored(group string, rows [][3]string) []Flag {
	flags := make([]Flag, 0, len(rows))
	for _, row := range rows {
		kind := Text
		name, isSwitch := strings.CutSuffix(row[0], "?")
		if isSwitch {
			kind = Bool
		}
		flags = append(flags, Flag{Name: name, Group: group, Kind: kind, Unsupported: row[1], Fixed: row[2]})
	}
	return flags
}
