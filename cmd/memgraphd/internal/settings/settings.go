// Package settings has what changes while the server runs: the settings of the database, each with the flag that gives it at
// the start, and the values that are in force.
package settings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"memgraphd/internal/config"
	"memgraphd/internal/query"
	"memgraphd/internal/schedule"
	"memgraphd/internal/setting"
	"memgraphd/internal/storage/temporal"
)

// InForce is what settings change and others read while they run.
type InForce struct {
	queryTimeout  atomic.Int64 // nanoseconds
	accessTimeout atomic.Int64 // nanoseconds
	hopsPartial   atomic.Bool
	Remote        Remote
	serverName    atomic.Pointer[string]
	zone          atomic.Pointer[temporal.Zone] // nil: UTC
	statements    statementLog
}

// Snapshots is the setting that is changed most.
const Snapshots = "storage.snapshot.interval"

// SnapshotSecondsFlag is the older flag for the same.
const SnapshotSecondsFlag = "storage-snapshot-interval-sec"

// FlagOf names the flag that a setting has at the start; empty for one of those without effect.
func FlagOf(name string) string {
	switch name {
	case "log.level":
		return "log-level"
	case "log.to_stderr":
		return "also-log-to-stderr"
	case "query.timeout":
		return "query-execution-timeout-sec"
	case "server.name":
		return "bolt-server-name-for-init"
	case MinDuration:
		return config.LogMinDuration
	case FailedQueries:
		return config.LogFailedQueries
	case QueryPlan:
		return config.LogQueryPlan
	case "storage.access_timeout_sec":
		return "storage-access-timeout-sec"
	case "hops_limit_partial_results":
		return "hops-limit-partial-results"
	case "timezone":
		return "timezone"
	case "aws.region", "aws.endpoint_url", "aws.access_key", "aws.secret_key", "file.download_conn_timeout_sec":
		return strings.NewReplacer(".", "-", "_", "-").Replace(name)
	case Snapshots:
		return "storage-snapshot-interval"
	}
	return ""
}

// Take puts in force what flags say.
func (f *InForce) Take(c *config.Config) {
	f.queryTimeout.Store(int64(c.Query.Timeout))
	f.serverName.Store(&c.Bolt.ServerName)
	for _, d := range f.statements.definitions(c) {
		d.Apply(d.Value)
	}
	f.accessTimeout.Store(int64(c.Storage.AccessTimeout))
	f.hopsPartial.Store(c.Query.HopsPartial)
	f.setZone(c.Query.Zone)
	f.Remote.Take(&c.Remote)
}

// QueryTimeout bounds a query; 0 does not.
func (f *InForce) QueryTimeout() time.Duration { return time.Duration(f.queryTimeout.Load()) }

// AccessTimeout bounds the wait for the storage.
func (f *InForce) AccessTimeout() time.Duration { return time.Duration(f.accessTimeout.Load()) }

// HopsPartial tells whether a query that comes to the limit of hops returns what it has.
func (f *InForce) HopsPartial() bool { return f.hopsPartial.Load() }

// Zone is the time zone of those who name none; nil is UTC.
func (f *InForce) Zone() *temporal.Zone { return f.zone.Load() }

// ServerName is what the server calls itself.
func (f *InForce) ServerName() string { return *f.serverName.Load() }

// Logged says which statements are logged.
func (f *InForce) Logged() query.Logging { return f.statements.now() }

// Owners put in force what is theirs.
type Owners struct {
	SetSchedule func(schedule.Schedule)
	SetLevel    func(name string)
	SetToStderr func(too bool)
}

// Definitions lists the settings, with the values that the flags of c gave them.
func (f *InForce) Definitions(c *config.Config, o Owners) []setting.Definition {
	interval := fromFlag(c, Snapshots, func(text string) {
		if at, err := schedule.Parse(text); err == nil { // it was checked
			o.SetSchedule(at)
		}
	})
	interval.Value = c.Storage.Snapshots.String()
	if seconds := c.Setting(SnapshotSecondsFlag); interval.Given == "" && seconds.Given() {
		interval.Given = fmt.Sprintf("--%s=%s (%v)", seconds.Flag.Name, seconds.Value, seconds.Origin)
	}
	return slices.Concat(inertSettings(c), f.Remote.Definitions(c), f.statements.definitions(c), []setting.Definition{
		interval,
		fromFlag(c, "log.level", o.SetLevel),
		fromFlag(c, "log.to_stderr", func(text string) { o.SetToStderr(text == "true") }),
		fromFlag(c, "query.timeout", inSeconds(&f.queryTimeout)),
		fromFlag(c, "storage.access_timeout_sec", inSeconds(&f.accessTimeout)),
		fromFlag(c, "hops_limit_partial_results", func(text string) { f.hopsPartial.Store(text == "true") }),
		fromFlag(c, "timezone", f.setZone),
		fromFlag(c, "server.name", func(text string) { f.serverName.Store(&text) }),
	})
}

// inSeconds puts a number of seconds, which was checked, in force.
func inSeconds(into *atomic.Int64) func(string) {
	return func(text string) {
		if seconds, err := strconv.ParseFloat(text, 64); err == nil {
			into.Store(int64(seconds * float64(time.Second)))
		}
	}
}

// setZone puts a time zone, which was checked, in force. UTC is the zone without a name, as where nothing is asked for.
func (f *InForce) setZone(name string) {
	zone, err := temporal.LookupZone(name)
	if err != nil || name == "UTC" {
		zone = nil
	}
	f.zone.Store(zone)
}

// fromFlag makes a setting that takes what its flag takes.
func fromFlag(c *config.Config, name string, apply func(string)) setting.Definition {
	from := c.Setting(FlagOf(name))
	d := setting.Definition{Name: name, Value: from.Value, Check: from.Flag.Canonical, Apply: apply, Secret: from.Flag.Secret}
	if from.Given() {
		d.Given = fmt.Sprintf("--%s=%s (%v)", from.Flag.Name, from.Shown(), from.Origin)
	}
	return d
}

// Rows are the rows of SHOW CONFIG; their names are written as Memgraph writes them there.
func Rows(cfg *config.Config, database *setting.Table) []query.Setting {
	stored := map[string]setting.Value{}
	for _, v := range database.All() {
		if flag := FlagOf(v.Name); flag != "" && v.Stored {
			stored[flag] = v
		}
	}
	rows := make([]query.Setting, 0, len(cfg.Settings))
	for i := range cfg.Settings {
		from := &cfg.Settings[i]
		row := query.Setting{
			Name: strings.ReplaceAll(from.Flag.Name, "-", "_"), Default: from.Flag.Default, Current: from.Shown(),
			Description: from.Flag.Help, Source: from.Origin.String(),
		}
		if v, ok := stored[from.Flag.Name]; ok {
			row.Current, row.Source = v.Text, "setting "+v.Name
		}
		rows = append(rows, row)
	}
	return rows
}
