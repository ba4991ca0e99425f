package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/config"
	"memgraphd/internal/query"
	"memgraphd/internal/schedule"
	"memgraphd/internal/setting"
	"memgraphd/internal/storage/temporal"
)

// inForce is what settings change and others read while they run.
type inForce struct {
	queryTimeout  atomic.Int64 // nanoseconds
	accessTimeout atomic.Int64 // nanoseconds
	hopsPartial   atomic.Bool
	remote        remote
	serverName    atomic.Pointer[string]
	zone          atomic.Pointer[temporal.Zone] // nil: UTC
	statements    logging
}

// snapshotSetting is the setting that is changed most.
const snapshotSetting = "storage.snapshot.interval"

// snapshotSecondsFlag is the older flag for the same.
const snapshotSecondsFlag = "storage-snapshot-interval-sec"

// flagOfSetting names the flag that a setting has at the start; empty for one of those without effect.
func flagOfSetting(name string) string {
	switch name {
	case "log.level":
		return "log-level"
	case "log.to_stderr":
		return "also-log-to-stderr"
	case "query.timeout":
		return "query-execution-timeout-sec"
	case "server.name":
		return "bolt-server-name-for-init"
	case settingMinDuration:
		return config.LogMinDuration
	case settingFailed:
		return config.LogFailedQueries
	case settingPlan:
		return config.LogQueryPlan
	case "storage.access_timeout_sec":
		return "storage-access-timeout-sec"
	case "hops_limit_partial_results":
		return "hops-limit-partial-results"
	case "timezone":
		return "timezone"
	case "aws.region", "aws.endpoint_url", "aws.access_key", "aws.secret_key", "file.download_conn_timeout_sec":
		return strings.NewReplacer(".", "-", "_", "-").Replace(name)
	case snapshotSetting:
		return "storage-snapshot-interval"
	}
	return ""
}

// loadSettings makes the table of settings and puts in force what is remembered.
func (s *server) loadSettings() {
	s.inForce.queryTimeout.Store(int64(s.cfg.Query.Timeout))
	s.inForce.serverName.Store(&s.cfg.Bolt.ServerName)
	for _, d := range s.loggingSettings(s.cfg) {
		d.Apply(d.Value)
	}
	s.inForce.accessTimeout.Store(int64(s.cfg.Storage.AccessTimeout))
	s.inForce.hopsPartial.Store(s.cfg.Query.HopsPartial)
	s.setZone(s.cfg.Query.Zone)
	s.inForce.remote.take(&s.cfg.Remote)
	s.database = setting.New(s.store, s.settingDefinitions(s.cfg))
	for _, r := range s.database.Load() {
		name := zap.String("setting", r.Name)
		overruled := new(setting.OverruledError)
		switch {
		case r.Err == nil:
			s.log.Info("setting "+r.Name+" is remembered", zap.String("value", r.Text))
		case errors.As(r.Err, &overruled):
			s.notices.Info("a remembered setting is not in force, because a flag was given", name,
				zap.String("value", r.Text), zap.String("flag", overruled.Given))
		default:
			s.notices.Warn("a remembered setting is not in force", name, zap.String("value", r.Text), zap.Error(r.Err))
		}
	}
	if s.cfg.Storage.WALEnabled && s.disk.Broken() == nil && s.disk.Schedule().Never() && !s.cfg.Storage.Snapshots.Never() {
		s.notices.Warn("the setting " + snapshotSetting + " pauses snapshots: the log grows, and starting takes longer, until a snapshot is asked for")
	}
}

// settingDefinitions lists the settings, with the values that the flags of c gave them.
func (s *server) settingDefinitions(c *config.Config) []setting.Definition {
	interval := fromFlag(c, snapshotSetting, func(text string) {
		if at, err := schedule.Parse(text); err == nil { // it was checked
			s.disk.SetSchedule(at)
		}
	})
	interval.Value = c.Storage.Snapshots.String()
	if seconds := c.Setting(snapshotSecondsFlag); interval.Given == "" && seconds.Given() {
		interval.Given = fmt.Sprintf("--%s=%s (%v)", seconds.Flag.Name, seconds.Value, seconds.Origin)
	}
	return slices.Concat(inertSettings(c), s.inForce.remote.settings(c), s.loggingSettings(c), []setting.Definition{
		interval,
		fromFlag(c, "log.level", func(text string) { s.logs.SetLevel(text) }),
		fromFlag(c, "log.to_stderr", func(text string) { s.logs.SetToStderr(text == "true") }),
		fromFlag(c, "query.timeout", inSeconds(&s.inForce.queryTimeout)),
		fromFlag(c, "storage.access_timeout_sec", inSeconds(&s.inForce.accessTimeout)),
		fromFlag(c, "hops_limit_partial_results", func(text string) { s.inForce.hopsPartial.Store(text == "true") }),
		fromFlag(c, "timezone", s.setZone),
		fromFlag(c, "server.name", func(text string) { s.inForce.serverName.Store(&text) }),
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
func (s *server) setZone(name string) {
	zone, err := temporal.LookupZone(name)
	if err != nil || name == "UTC" {
		zone = nil
	}
	s.inForce.zone.Store(zone)
}

// fromFlag makes a setting that takes what its flag takes.
func fromFlag(c *config.Config, name string, apply func(string)) setting.Definition {
	from := c.Setting(flagOfSetting(name))
	d := setting.Definition{Name: name, Value: from.Value, Check: from.Flag.Canonical, Apply: apply, Secret: from.Flag.Secret}
	if from.Given() {
		d.Given = fmt.Sprintf("--%s=%s (%v)", from.Flag.Name, from.Shown(), from.Origin)
	}
	return d
}

// settings are the rows of SHOW CONFIG; their names are written as Memgraph writes them there.
func (s *server) settings() []query.Setting {
	cfg, stored := s.shown.Load(), map[string]setting.Value{}
	for _, v := range s.database.All() {
		if flag := flagOfSetting(v.Name); flag != "" && v.Stored {
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
