package config

import "slices"

// The headings of the flag table, in the order in which files and pages have them.
const (
	groupBolt    = "Bolt"
	groupStorage = "Storage and durability"
	groupQuery   = "Query"
	groupLog     = "Logging"
	groupMemory  = "Memory"
	groupMonitor = "Monitoring"
	groupStart   = "Starting"
	groupOther   = "Other"
)

// ServerNameDefault is what clients are told in HELLO; drivers look for its first word.
const ServerNameDefault = "Neo4j/5.26.0 compatible graph database server - memgraphd"

// Flags returns the whole table: the supported flags group by group, then those of Memgraph's without effect.
func Flags() []Flag {
	return slices.Concat(boltFlags(), networkFlags(), authFlags(), storageFlags(), queryFlags(), logFlags(), memoryFlags(), monitorFlags(), startFlags(), unsupportedFlags())
}

func boltFlags() []Flag {
	return []Flag{
		{
			Name: "bolt-address", Group: groupBolt, Kind: Address, Default: "0.0.0.0",
			Help: "Address to listen at for Bolt. Clients of other machines are refused while no user exists, unless --bolt-allow-open-access is set.",
		},
		{
			Name: "bolt-port", Group: groupBolt, Kind: Int, Default: "7687", Max: 65535,
			Help: "Port to listen at for Bolt; 0 takes any free one and logs which.",
		},
		{
			Name: "bolt-server-name-for-init", Group: groupBolt, Kind: Text, Default: ServerNameDefault,
			Help: "Name that clients are told when they connect. Drivers expect it to begin with Neo4j/.",
		},
		{
			Name: "bolt-advertised-address", Group: groupBolt, Kind: Text, Default: "",
			Help: "Address, as host:port, under which clients reach the server; routing tables name it. Empty: what each client calls the server, which is right unless clients come through a name that others do not have.",
		},
		{
			Name: "bolt-keep-alive-interval-sec", Group: groupBolt, Kind: Int, Default: "10", Max: 3600, Unit: "seconds",
			Help: "How often a client that waits for a statement is told that the server lives; one of Bolt 5.0 or later gives up a connection that is silent for six times as long. 0 for never.",
		},
		{
			Name: "bolt-allow-open-access", Group: groupBolt, Kind: Bool, Default: "false",
			Help: "Let clients of other machines in while no user exists. Whoever reaches the port can then read and change everything.",
		},
		{
			Name: "bolt-max-connections", Group: groupBolt, Kind: Int, Default: "16384", Min: 1, Max: 1_000_000,
			Help: "Most clients at once that have logged on; one more is refused.",
		},
		{
			Name: "bolt-max-unauthenticated-connections", Group: groupBolt, Kind: Int, Default: "1024", Min: 1, Max: 1_000_000,
			Help: "Most connections at once that have not logged on yet; for one more, the oldest of them is closed.",
		},
		{
			Name: "bolt-max-message-bytes", Group: groupBolt, Kind: Int, Default: "67108864", Min: 65536, Max: 2147483647, Unit: "bytes",
			Help: "Longest message that a client may send, its parameters included.",
		},
	}
}

func storageFlags() []Flag {
	return slices.Concat([]Flag{
		{
			Name: "data-directory", Group: groupStorage, Kind: Text, Needed: true, Default: "mg_data",
			Help: "Directory that holds the log and the snapshots. It is made when it does not exist; a relative name starts at the working directory.",
		},
		{
			Name: "data-dir-lock-acquisition-timeout-sec", Group: groupStorage, Kind: Int, Default: "30", Max: 86400, Unit: "seconds",
			Help: "How long to wait for another server to leave the data directory; 0 gives up at once.",
		},
		{
			Name: "data-recovery-on-startup", Group: groupStorage, Kind: Bool, Default: "true",
			Help: "Bring back what the data directory holds. When false, the server starts empty and moves the old files to .backup in the directory.",
		},
		{
			Name: "isolation-level", Group: groupStorage, Kind: Choice, Default: "SNAPSHOT_ISOLATION",
			Choices: []string{"SNAPSHOT_ISOLATION", "READ_COMMITTED", "READ_UNCOMMITTED"},
			Help:    "Isolation of transactions. READ_UNCOMMITTED is accepted and means READ_COMMITTED.",
		},
	}, walFlags(), snapshotFlags(), retentionFlags(), spaceFlags(), archiveFlags(), recoveryFlags(), backupFlags(), remoteFlags())
}

func walFlags() []Flag {
	return []Flag{
		{
			Name: "storage-wal-enabled", Group: groupStorage, Kind: Bool, Default: "true",
			Help: "Write every commit to the log before it is acknowledged. When false, a crash loses everything since the last snapshot.",
		},
		{
			Name: "storage-wal-file-size-kib", Group: groupStorage, Kind: Int, Default: "20480", Min: 1, Max: 1024000, Unit: "KiB",
			Help: "Size of one file of the log; less than 64 KiB means 64.",
		},
		{
			Name: "storage-wal-file-flush-every-n-tx", Group: groupStorage, Kind: Int, Default: "1", Min: 1, Max: 1_000_000, Unit: "commits",
			Help: "Sync the log to the disk once every so many commits, and at least every second. With 1, a commit is on the disk before it is acknowledged; with more, a crash of the machine can lose acknowledged commits.",
		},
	}
}

func snapshotFlags() []Flag {
	return []Flag{
		{
			Name: "storage-snapshot-interval", Group: groupStorage, Kind: Schedule, Default: "",
			Help: "When to take snapshots: seconds between two, or a cron expression of six fields (second, minute, hour, day of the month, month, day of the week) in the machine's time zone, as in 0 30 3 * * *. It wins over --storage-snapshot-interval-sec, which counts while this is empty. SET DATABASE SETTING 'storage.snapshot.interval' changes it while the server runs.",
		},
		{
			Name: "storage-snapshot-interval-sec", Group: groupStorage, Kind: Int, Default: "300", Max: 604800, Unit: "seconds",
			Help: "Time between snapshots; 0 takes none but those asked for, and the log then grows until one is.",
		},
		{
			Name: "storage-snapshot-retention-count", Group: groupStorage, Kind: Int, Default: "3", Min: 1, Max: 1_000_000,
			Help: "How many snapshots to keep. The log is kept back to the oldest of them.",
		},
		{
			Name: "storage-snapshot-on-exit", Group: groupStorage, Kind: Bool, Default: "true",
			Help: "Take a snapshot when the server stops, if something has changed since the last one.",
		},
		{
			Name: "storage-snapshot-thread-count", Group: groupStorage, Kind: Int, Default: "0", Max: 1024,
			Help: "How many workers write a snapshot; 0 takes as many as there are processors, 8 at most.",
		},
		{
			Name: "storage-recovery-thread-count", Group: groupStorage, Kind: Int, Default: "0", Max: 1024,
			Help: "How many workers load and verify snapshots at the start; 0 takes as many as there are processors, 8 at most.",
		},
		{
			Name: "storage-snapshot-throttle-mib-per-sec", Group: groupStorage, Kind: Int, Default: "16", Max: 1 << 20, Unit: "MiB per second",
			Help: "What a snapshot may write, and then read back to verify it, per second while transactions go on. 0 makes it as fast as possible, which delays commits. The snapshot at exit is never throttled.",
		},
	}
}

func queryFlags() []Flag {
	return []Flag{
		{
			Name: "query-execution-timeout-sec", Group: groupQuery, Kind: Float, Default: "600", Max: 31_536_000, Unit: "seconds",
			Help: "How long a query may run; 0 sets no limit.",
		},
		{
			Name: "transaction-idle-timeout-sec", Group: groupQuery, Kind: Int, Default: "300", Max: 31_536_000, Unit: "seconds",
			Help: "How long an open transaction or an unread result may wait for its client before it is ended; 0 sets no limit.",
		},
		{
			Name: "query-plan-cache-max-size", Group: groupQuery, Kind: Int, Default: "1000", Min: 1, Max: 10_000_000, Unit: "plans",
			Help: "How many plans of queries to keep for the next run.",
		},
		{
			Name: "query-workers", Group: groupQuery, Kind: Int, Default: "0", Max: 1024, Unit: "processors",
			Help: "How many processors one query may use once it has run for a millisecond; 0 means all, 1 turns this off.",
		},
		{
			Name: "query-memory-limit", Group: groupQuery, Kind: Int, Default: "0", Max: 1 << 30, Unit: "MiB",
			Help: "Memory that one query may take for its rows; 0 leaves only the server's own limit.",
		},
		{
			Name: "query-file-roots", Group: groupQuery, Kind: Text, Default: "",
			Help: "Directories, with commas between, that LOAD CSV may read from; empty for all that the server can read.",
		},
		{
			Name: "allow-load-csv", Group: groupQuery, Kind: Bool, Default: "true",
			Help: "Allow LOAD CSV.",
		},
		{
			Name: "timezone", Group: groupQuery, Kind: Zone, Default: "UTC",
			Help: "Time zone of the clock that date(), time(), datetime() and their like read when nothing else is asked for. SET DATABASE SETTING 'timezone' changes it while the server runs.",
		},
		{
			Name: "hops-limit-partial-results", Group: groupQuery, Kind: Bool, Default: "true",
			Help: "At the limit of USING HOPS LIMIT, return what was found until then. When false, such a query fails.",
		},
	}
}

func memoryFlags() []Flag {
	return []Flag{
		{
			Name: "memory-limit", Group: groupMemory, Kind: Int, Default: "0", Max: 1 << 30, Unit: "MiB",
			Help: "Memory that the server may take; 0 means the limit of its control group, or 90 % of the machine's. What would pass it fails with an error.",
		},
		{
			Name: "memory-warning-threshold", Group: groupMemory, Kind: Int, Default: "1024", Max: 1 << 30, Unit: "MiB",
			Help: "Warn when the machine has less memory left than this, which is looked at every three seconds; 0 never warns.",
		},
	}
}

func monitorFlags() []Flag {
	return []Flag{
		{
			Name: "metrics-address", Group: groupMonitor, Kind: Address, Default: "127.0.0.1",
			Help: "Address to listen at for /metrics, /health/live and /health/ready. Whoever reaches it can read them, so others than this machine have to be let in: 0.0.0.0 does.",
		},
		{
			Name: "metrics-port", Group: groupMonitor, Kind: Int, Default: "9091", Max: 65535,
			Help: "Port for metrics and health; 0 turns it off. A port that is taken stops the start if this flag was given, else it is named in a warning.",
		},
		{
			Name: metricsTokenFile, Group: groupMonitor, Kind: Text, Default: "",
			Help: "File with a token that requests for /metrics and /debug/pprof/ must carry as Authorization: Bearer. Empty: they need none. The health checks never do. SIGHUP reads the file anew.",
		},
		{
			Name: metricsProfiles, Group: groupMonitor, Kind: Bool, Default: "false",
			Help: "Serve Go's profiler at /debug/pprof/ of the port for metrics. Who may read it can slow the server down.",
		},
	}
}
