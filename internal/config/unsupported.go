package config

import "slices"

// unsupportedFlags are those that Memgraph has and this server has not: known by name, so that its
// configuration files can be used as they are, and without effect. Their values are checked all the
// same: what would stop Memgraph stops this server too.
func unsupportedFlags() []Flag {
	return slices.Concat(
		withoutEffect(groupBolt, unsupportedBolt()),
		withoutEffect(groupAuth, unsupportedAuth()),
		withoutEffect(groupStorage, unsupportedStorage()),
		withoutEffect(groupStorage, unsupportedLayout()),
		withoutEffect(groupStorage, unsupportedSnapshots()),
		withoutEffect(groupQuery, unsupportedQuery()),
		withoutEffect(groupLog, unsupportedLog()),
		withoutEffect(groupMonitor, unsupportedMonitor()),
		withoutEffect(groupOther, unsupportedCluster()),
		withoutEffect(groupOther, unsupportedOther()),
		withoutEffect(groupStart, printingFlags()),
	)
}

// inert is a flag without effect.
type inert struct {
	name    string
	takes   values
	initial string // Memgraph's default
	holds   string // the value, if any, that is in effect here anyway
	why     string // there is no effect
}

// values are those that an inert flag takes.
type values struct {
	kind     Kind
	min, max float64
	unit     string
	choices  []string
	secret   bool
}

func anyText() values  { return values{kind: Text} }
func secret() values   { return values{kind: Text, secret: true} }
func switched() values { return values{kind: Bool} }

func oneOf(choices ...string) values { return values{kind: Choice, choices: choices} }

func whole(from, to float64, unit string) values {
	return values{kind: Int, min: from, max: to, unit: unit}
}

// withoutEffect makes lines of the flag table.
func withoutEffect(group string, rows []inert) []Flag {
	flags := make([]Flag, 0, len(rows))
	for _, r := range rows {
		flags = append(flags, Flag{
			Name: r.name, Group: group, Kind: r.takes.kind, Default: r.initial, Min: r.takes.min, Max: r.takes.max,
			Unit: r.takes.unit, Choices: r.takes.choices, Secret: r.takes.secret, Unsupported: r.why, Fixed: r.holds,
		})
	}
	return flags
}

func unsupportedBolt() []inert {
	const why = "connections are served by as many threads as there are processors"
	return []inert{
		{"bolt-num-workers", whole(0, 65536, "threads"), "0", "", why},
		{"scheduler", oneOf("priority_queue", "asio"), "priority_queue", "", why},
	}
}

func unsupportedAuth() []inert {
	const why = "users log in with passwords that the database keeps; there are no modules for other ways"
	return []inert{
		{"auth-module-mappings", anyText(), "", "", why},
		{"auth-module-timeout-ms", whole(100, 1_800_000, "milliseconds"), "10000", "", why},
	}
}

func unsupportedStorage() []inert {
	const (
		aside   = "files that a start without recovery, or one that accepts a loss, moves aside are always kept, in .backup"
		gc      = "old versions go continuously"
		rocksdb = "nothing is stored in RocksDB"
		mode    = "the graph is in memory and transactional"
	)
	return []inert{
		{"storage-recover-on-startup", switched(), "false", "", "use --data-recovery-on-startup"},
		{"storage-backup-dir-enabled", switched(), "true", "true", aside},
		{"storage-enable-backup-dir", switched(), "true", "true", aside},
		{"storage-mode", oneOf("IN_MEMORY_TRANSACTIONAL", "IN_MEMORY_ANALYTICAL", "ON_DISK_TRANSACTIONAL"), "IN_MEMORY_TRANSACTIONAL", "IN_MEMORY_TRANSACTIONAL", mode},
		{"storage-gc-cycle-sec", whole(1, 86400, "seconds"), "30", "", gc},
		{"storage-gc-aggressive", switched(), "false", "", gc},
		{"storage-python-gc-cycle-sec", whole(0, 86400, "seconds"), "180", "", "there is no Python here"},
		{"storage-rocksdb-enable-thread-tracking", switched(), "false", "", rocksdb},
		{"storage-rocksdb-info-log-level", oneOf("DEBUG_LEVEL", "INFO_LEVEL", "WARN_LEVEL", "ERROR_LEVEL", "FATAL_LEVEL", "HEADER_LEVEL"), "INFO_LEVEL", "", rocksdb},
		{"storage-rocksdb-keep-log-file-num", whole(1, 1_000_000, "files"), "1000", "", rocksdb},
	}
}

func unsupportedLayout() []inert {
	const (
		metadata = "labels and types in use are always known: SHOW NODE_LABELS INFO and SHOW EDGE_TYPES INFO list them"
		indexes  = "only CREATE INDEX makes indexes"
		packed   = "properties are packed and not compressed"
	)
	return []inert{
		{"storage-properties-on-edges", switched(), "false", "true", "relationships always have properties"},
		{"storage-light-edge", switched(), "false", "", "relationships have one form"},
		{"storage-enable-schema-metadata", switched(), "false", "true", metadata},
		{"storage-enable-edges-metadata", switched(), "false", "true", "relationships are always found by id"},
		{"schema-info-enabled", switched(), "false", "true", "SHOW SCHEMA INFO reads the graph when it is asked, and needs nothing switched on"},
		{"storage-automatic-label-index-creation-enabled", switched(), "false", "false", indexes},
		{"storage-automatic-edge-type-index-creation-enabled", switched(), "false", "false", indexes},
		{"storage-delta-on-identical-property-update", switched(), "true", "true", "a property that is set to what it was counts as a change"},
		{"storage-property-store-compression-enabled", switched(), "false", "false", packed},
		{"storage-property-store-compression-level", oneOf("low", "mid", "high"), "mid", "", packed},
		{"storage-floating-point-resolution-bits", oneOf("16", "32", "64"), "64", "64", "numbers are never rounded"},
		{"storage-omit-vector-index-properties-on-return", switched(), "false", "false", "there are no vector indexes in this version"},
		{"delta-chain-cache-threshold", whole(0, 4_294_967_295, ""), "128", "", "versions are kept in another way"},
	}
}

func unsupportedSnapshots() []inert {
	return []inert{
		{"storage-items-per-batch", whole(1, 1e12, "items"), "1000000", "", "the blocks of a snapshot have a fixed size"},
		{"storage-parallel-snapshot-creation", switched(), "false", "true", "snapshots are always written in parallel"},
		{"storage-parallel-schema-recovery", switched(), "false", "false", "indexes are built one after another when everything else is loaded"},
		{"storage-snapshot-writeback-window-mib", whole(0, 1_048_576, "MiB"), "32", "", "snapshots always go to the disk while they are written, 8 MiB at a time"},
		{"storage-release-recovered-snapshot-page-cache", switched(), "true", "true", "a snapshot never stays in the cache of the system"},
		{"storage-release-sent-snapshot-page-cache", switched(), "false", "", "no snapshot is sent anywhere: there is no replication"},
	}
}

func unsupportedQuery() []inert {
	const (
		cost        = "plans are always chosen by cost"
		modules     = "there are no modules to load: the procedures and functions are built in"
		experiments = "there are no experiments"
	)
	return []inert{
		{"query-cost-planner", switched(), "true", "true", cost},
		{"query-max-plans", whole(1, 1_000_000_000, "plans"), "1000", "", "the planner bounds itself"},
		{"query-ast-cache-max-size", whole(0, 1_000_000_000, "queries"), "1000", "", "--query-plan-cache-max-size is for both"},
		{"query-vertex-count-to-expand-existing", whole(-1, 1_000_000_000_000, "nodes"), "10", "", cost},
		{"cartesian-product-enabled", switched(), "true", "true", cost},
		{"debug-query-plans", switched(), "false", "false", "EXPLAIN and PROFILE show plans"},
		{"query-modules-directory", anyText(), "", "", modules},
		{"query-callable-mappings-path", anyText(), "", "", modules},
		{"ca-bundle-file", anyText(), "", "", "the authorities of the system are used; the environment variable SSL_CERT_FILE names others"},
		{"experimental-enabled", anyText(), "", "", experiments},
		{"experimental-config", anyText(), "", "", experiments},
	}
}

func unsupportedLog() []inert {
	return []inert{
		{"logger-type", oneOf("sync", "async"), "sync", "sync", "lines are written as they come"},
	}
}

func unsupportedMonitor() []inert {
	const socket = "the log is not sent over WebSockets: journalctl, or --log-file, has it"
	return []inert{
		{"monitoring-address", values{kind: Address}, "0.0.0.0", "", socket},
		{"monitoring-port", whole(0, 65535, ""), "7444", "", socket},
		{"metrics-format", oneOf("JSON", "OpenMetrics"), "JSON", "OpenMetrics", "a client is given OpenMetrics where it asks for it, else Prometheus' text format"},
		{"telemetry-enabled", switched(), "false", "false", "this server sends nothing to anybody"},
	}
}

func unsupportedCluster() []inert {
	const (
		alone   = "there is no replication: this server stands alone"
		cluster = "there are no clusters: this server stands alone"
	)
	return []inert{
		{"replication-replica-check-frequency-sec", whole(0, 86400, "seconds"), "1", "", alone},
		{"replication-restore-state-on-startup", switched(), "true", "", alone},
		{"management-port", whole(0, 65535, ""), "0", "0", cluster},
		{"coordinator-port", whole(0, 65535, ""), "0", "0", cluster},
		{"coordinator-id", whole(0, 2147483647, ""), "2147483647", "2147483647", cluster},
		{"coordinator-hostname", anyText(), "", "", cluster},
		{"nuraft-log-file", anyText(), "", "", cluster},
		{"cluster-cert-file", anyText(), "", "", cluster},
		{"cluster-key-file", anyText(), "", "", cluster},
		{"cluster-ca-file", anyText(), "", "", cluster},
	}
}

func unsupportedOther() []inert {
	const (
		streams = "there are no streams: a client can read Kafka or Pulsar, and write here"
		license = "there is nothing to license"
	)
	return []inert{
		{"kafka-bootstrap-servers", anyText(), "", "", streams},
		{"pulsar-service-url", anyText(), "", "", streams},
		{"stream-transaction-conflict-retries", whole(0, 1_000_000_000, "tries"), "30", "", streams},
		{"stream-transaction-retry-interval", whole(0, 1_000_000_000, "milliseconds"), "500", "", streams},
		{"license-key", secret(), "", "", license},
		{"organization-name", anyText(), "", "", license},
	}
}

// printingFlags make Memgraph print something and end. On the command line, those that this server has too
// are met before the configuration is read.
func printingFlags() []inert {
	const why = "it prints and ends where it is on the command line, and does nothing else"
	return []inert{
		{"help", switched(), "false", "false", why},
		{"h", switched(), "false", "false", why},
		{"help-xml", switched(), "false", "false", "memgraphd --help prints the flags, and memgraphd config show --json is for programs"},
		{"version", switched(), "false", "false", why},
	}
}

// fromEnvironment reports whether a variable of the environment sets a flag. MEMGRAPH_VERSION and its like may
// well be about something else.
func fromEnvironment(flag *Flag) bool {
	return flag.Name != flagFile && !slices.ContainsFunc(printingFlags(), func(p inert) bool { return p.name == flag.Name })
}
