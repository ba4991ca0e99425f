package config

import (
	"strings"
	"time"

	"github.com/spf13/viper"

	"memgraphd/internal/schedule"
)

const walSegmentMinKiB = 64

// Config holds the settings of one start.
type Config struct {
	Bolt    Bolt
	Auth    Auth
	Audit   Audit
	Storage Storage
	Archive Archive
	S3      S3
	Query   Query
	Log     Log
	Metrics Metrics
	Backup  Backup

	Remote Remote
	Start  Start

	MemoryLimitBytes int64 // 0: as much as the machine or the control group gives
	MemoryLowBytes   int64 // with less left on the machine, warn; 0: never

	Settings []Setting // every supported flag, in the order of the table
	Ignored  []Setting // flags without effect that were given
	Warnings []Warning // flags without effect and settings that risk something
}

// Bolt is what clients connect to.
type Bolt struct {
	Address            string
	Port               int
	ServerName         string
	AdvertisedAddress  string        // empty: what each client calls the server
	KeepAlive          time.Duration // 0: never
	AllowOpenAccess    bool
	ConnectionsMax     int
	UnauthenticatedMax int
	MessageBytesMax    int64
	TLS                TLS
	WebSocketOrigins   []string
	Limits             BoltLimits
}

// Storage is the data directory and what is written there.
type Storage struct {
	DataDirectory      string
	LockTimeout        time.Duration
	Recover            bool
	ReadCommitted      bool // instead of snapshot isolation
	WALEnabled         bool
	WALSegmentBytes    int64
	WALFlushEvery      int
	Snapshots          schedule.Schedule
	SnapshotsKept      int
	SnapshotOnExit     bool
	SnapshotWorkersMax int   // 0: as many as there are processors
	RecoveryWorkersMax int   // 0: as many as there are processors
	SnapshotThrottle   int64 // bytes per second; 0: none
	SpaceMinBytes      uint64
	SnapshotAgeMax     time.Duration // 0: any
	SnapshotBytesMax   int64         // of all together; 0: any
	QuarantinedKept    int           // 0: all

	AllowRecoveryFailure bool
	LossAccepted         *uint64 // the commit after which everything is given up; nil: never
	RecoverTo            string  // a time or a commit; "": the end
	AccessTimeout        time.Duration
}

// Query bounds what queries may do.
type Query struct {
	Timeout          time.Duration // 0: none
	IdleTimeout      time.Duration // 0: none
	PlanCacheSize    int
	Workers          int   // 0: as many as there are processors
	MemoryLimitBytes int64 // of one query; 0: none
	FileRoots        []string
	AllowLoadCSV     bool
	Zone             string // in which the current date and time are read
	HopsPartial      bool   // a result that is cut off at the limit of hops is no error
}

// Metrics is the port that tells how the server is.
type Metrics struct {
	Address string
	Port    int // 0: none
	// TokenFile has what requests must carry; "": they need nothing.
	TokenFile string
	Profiles  bool
}

// fill takes the settings from viper; the values have been checked.
func (c *Config) fill(v *viper.Viper) {
	c.Bolt = Bolt{
		Address:            v.GetString("bolt-address"),
		Port:               v.GetInt("bolt-port"),
		ServerName:         v.GetString("bolt-server-name-for-init"),
		AdvertisedAddress:  v.GetString("bolt-advertised-address"),
		KeepAlive:          seconds(v, "bolt-keep-alive-interval-sec"),
		AllowOpenAccess:    v.GetBool("bolt-allow-open-access"),
		ConnectionsMax:     v.GetInt("bolt-max-connections"),
		UnauthenticatedMax: v.GetInt("bolt-max-unauthenticated-connections"),
		MessageBytesMax:    v.GetInt64("bolt-max-message-bytes"),
	}
	c.Bolt.fillNetwork(v)
	c.Storage = Storage{
		DataDirectory:      v.GetString("data-directory"),
		LockTimeout:        seconds(v, "data-dir-lock-acquisition-timeout-sec"),
		Recover:            v.GetBool("data-recovery-on-startup"),
		ReadCommitted:      v.GetString("isolation-level") != "SNAPSHOT_ISOLATION",
		WALEnabled:         v.GetBool("storage-wal-enabled"),
		WALSegmentBytes:    max(v.GetInt64("storage-wal-file-size-kib"), walSegmentMinKiB) << 10,
		WALFlushEvery:      v.GetInt("storage-wal-file-flush-every-n-tx"),
		Snapshots:          snapshotSchedule(v),
		SnapshotsKept:      v.GetInt("storage-snapshot-retention-count"),
		SnapshotOnExit:     v.GetBool("storage-snapshot-on-exit"),
		SnapshotWorkersMax: v.GetInt("storage-snapshot-thread-count"),
		RecoveryWorkersMax: v.GetInt("storage-recovery-thread-count"),
		SnapshotThrottle:   v.GetInt64("storage-snapshot-throttle-mib-per-sec") << 20,
		SpaceMinBytes:      v.GetUint64("storage-min-free-space") << 20,
		SnapshotAgeMax:     seconds(v, "storage-snapshot-retention-age-sec"),
		SnapshotBytesMax:   v.GetInt64("storage-snapshot-retention-size-mib") << 20,
		QuarantinedKept:    v.GetInt("storage-quarantine-retention-count"),

		AllowRecoveryFailure: v.GetBool(allowRecoveryFailure),
		LossAccepted:         lossAccepted(v),
		RecoverTo:            v.GetString(recoverTo),
		AccessTimeout:        seconds(v, accessTimeout),
	}
	c.Auth = authConfig(v)
	c.Audit = auditConfig(v)
	c.Archive = archive(v)
	c.S3 = S3{Endpoint: v.GetString("s3-endpoint"), Region: v.GetString("s3-region")}
	c.Backup = backups(v)
	c.Remote = remote(v)
	c.Query = Query{
		Timeout:          seconds(v, "query-execution-timeout-sec"),
		IdleTimeout:      seconds(v, "transaction-idle-timeout-sec"),
		PlanCacheSize:    v.GetInt("query-plan-cache-max-size"),
		Workers:          v.GetInt("query-workers"),
		MemoryLimitBytes: v.GetInt64("query-memory-limit") << 20,
		AllowLoadCSV:     v.GetBool("allow-load-csv"),
		Zone:             v.GetString("timezone"),
		HopsPartial:      v.GetBool("hops-limit-partial-results"),
	}
	for root := range strings.SplitSeq(v.GetString("query-file-roots"), ",") {
		if root != "" {
			c.Query.FileRoots = append(c.Query.FileRoots, root)
		}
	}
	c.Log = logConfig(v)
	c.Metrics = Metrics{
		Address: v.GetString("metrics-address"), Port: v.GetInt("metrics-port"), TokenFile: v.GetString(metricsTokenFile), Profiles: v.GetBool(metricsProfiles),
	}
	c.Start = Start{File: v.GetString("init-file"), DataFile: v.GetString("init-data-file")}
	c.MemoryLimitBytes = v.GetInt64("memory-limit") << 20
	c.MemoryLowBytes = v.GetInt64("memory-warning-threshold") << 20
}

// snapshotSchedule takes --storage-snapshot-interval, or where that is empty, the other flag.
func snapshotSchedule(v *viper.Viper) schedule.Schedule {
	if s, err := schedule.Parse(v.GetString(snapshotInterval)); err == nil && s.String() != "" {
		return s
	}
	return schedule.Every(seconds(v, snapshotIntervalSec))
}

// Flags that are named in several places.
const (
	snapshotInterval    = "storage-snapshot-interval"
	snapshotIntervalSec = "storage-snapshot-interval-sec"
	metricsTokenFile    = "metrics-token-file"
	metricsProfiles     = "metrics-pprof"
)

func seconds(v *viper.Viper, name string) time.Duration {
	return time.Duration(v.GetFloat64(name) * float64(time.Second))
}

// Setting returns a supported flag with its value, or nil where there is none of the name.
func (c *Config) Setting(name string) *Setting {
	for i := range c.Settings {
		if c.Settings[i].Flag.Name == name {
			return &c.Settings[i]
		}
	}
	return nil
}

// Given reports whether the flag was given a value, be it that of its default.
func (s *Setting) Given() bool { return s != nil && s.Origin.Source != FromDefault && s.Value != "" }

// origin says where the value of a flag came from.
func (c *Config) origin(name string) Origin {
	if s := c.Setting(name); s != nil {
		return s.Origin
	}
	return Origin{}
}

// risks names what can be lost with settings that are weaker than the defaults.
func (c *Config) risks() []Warning {
	var risks []Warning
	warn := func(flag, text string) {
		risks = append(risks, Warning{Origin: c.origin(flag), Text: "--" + flag + " " + text})
	}
	for i := range c.Settings {
		if s := &c.Settings[i]; s.Origin.Source == FromFile && strings.Contains(s.Value, comment) {
			warn(s.Flag.Name, "has a # in its value, which begins no comment there: a comment needs a line of its own")
		}
	}
	s := &c.Storage
	if !s.Recover {
		warn("data-recovery-on-startup", "is off: the server starts empty, and moves what the data directory holds to .backup in it")
	}
	switch {
	case !s.WALEnabled && s.Snapshots.Never() && !s.SnapshotOnExit:
		warn("storage-wal-enabled", "is off, and so are snapshots: everything is lost when the server ends")
	case !s.WALEnabled:
		warn("storage-wal-enabled", "is off: a crash loses every commit since the last snapshot")
	case s.WALFlushEvery > 1:
		warn("storage-wal-file-flush-every-n-tx", "is above 1: a crash of the machine can lose commits of the last second that were acknowledged")
	}
	interval := snapshotIntervalSec
	if c.Setting(snapshotInterval).Given() {
		interval = snapshotInterval
		if c.Setting(snapshotIntervalSec).Given() {
			warn(snapshotIntervalSec, "has no effect: --"+snapshotInterval+" wins over it")
		}
	}
	if s.WALEnabled && s.Snapshots.Never() {
		warn(interval, "is 0: the log grows, and starting takes longer, until a snapshot is asked for")
	}
	s.recoveryRisks(warn)
	if t := c.Bolt.TLS; t.On() && !t.Required {
		warn(boltRequireTLS, "is off: a client may send its password and its data unencrypted")
	}
	if c.Bolt.AllowOpenAccess {
		warn("bolt-allow-open-access", "is on: while no user exists, whoever reaches the port can read and change everything")
	}
	if m := c.Metrics; m.Port != 0 && m.Profiles && m.TokenFile == "" {
		warn(metricsProfiles, "is on without --"+metricsTokenFile+": whoever reaches the port for metrics can slow the server down")
	}
	return risks
}
