package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/config"
	"memgraphd/internal/query"
	"memgraphd/internal/schedule"
	"memgraphd/internal/setting"
)

// inForce is what settings change and others read while they run.
type inForce struct {
	queryTimeout atomic.Int64 // nanoseconds
	serverName   atomic.Pointer[string]
}

// snapshotSetting is the setting that is changed most.
const snapshotSetting = "storage.snapshot.interval"

// snapshotSecondsFlag is the older flag for the same.
const snapshotSecondsFlag = "storage-snapshot-interval-sec"

// flagOfSetting names the flag that a setting has at the start.
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
	case snapshotSetting:
		return "storage-snapshot-interval"
	}
	return ""
}

// absentSettings are those of Memgraph's that do nothing here, and why.
func absentSettings() map[string]string {
	const (
		license = "there is nothing to license"
		later   = "this version does not support it"
		s3      = "nothing is read from S3"
	)
	return map[string]string{
		"organization.name":                              license,
		"enterprise.license":                             license,
		"cartesian-product-enabled":                      "plans are always chosen by cost",
		"debug-query-plans":                              later,
		"hops_limit_partial_results":                     "at the limit of hops a result is always partial",
		"storage-gc-aggressive":                          "old versions go continuously",
		"storage.access_timeout_sec":                     "no statement waits for others to leave the storage",
		"storage.omit_vector_index_properties_on_return": "there are no vector indexes in this version",
		"timezone":                       later,
		"aws.region":                     s3,
		"aws.access_key":                 s3,
		"aws.secret_key":                 s3,
		"aws.endpoint_url":               s3,
		"file.download_conn_timeout_sec": "no files are downloaded",
		"log.min_duration_ms":            later,
		"log.failed_queries":             later,
		"log.query_plan":                 later,
	}
}

// loadSettings makes the table of settings and puts in force what is remembered.
func (s *server) loadSettings() {
	s.inForce.queryTimeout.Store(int64(s.cfg.Query.Timeout))
	s.inForce.serverName.Store(&s.cfg.Bolt.ServerName)
	s.database = setting.New(s.store, s.settingDefinitions(s.cfg), absentSettings())
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
	return []setting.Definition{
		interval,
		fromFlag(c, "log.level", func(text string) { s.logs.level.SetLevel(zapLevel(text)) }),
		fromFlag(c, "log.to_stderr", func(text string) { s.logs.toStderr.Store(text == "true" || s.logs.file == nil) }),
		fromFlag(c, "query.timeout", func(text string) {
			if seconds, err := strconv.ParseFloat(text, 64); err == nil { // it was checked
				s.inForce.queryTimeout.Store(int64(seconds * float64(time.Second)))
			}
		}),
		fromFlag(c, "server.name", func(text string) { s.inForce.serverName.Store(&text) }),
	}
}

// fromFlag makes a setting that takes what its flag takes.
func fromFlag(c *config.Config, name string, apply func(string)) setting.Definition {
	from := c.Setting(flagOfSetting(name))
	d := setting.Definition{Name: name, Value: from.Value, Check: from.Flag.Canonical, Apply: apply}
	if from.Given() {
		d.Given = fmt.Sprintf("--%s=%s (%v)", from.Flag.Name, from.Value, from.Origin)
	}
	return d
}

// settings are the rows of SHOW CONFIG; their names are written as Memgraph writes them there.
func (s *server) settings() []query.Setting {
	cfg, changed := s.shown.Load(), map[string]string{}
	for _, d := range s.settingDefinitions(cfg) {
		if text, err := s.database.Get(d.Name); err == nil && text != d.Value {
			changed[flagOfSetting(d.Name)] = text
		}
	}
	rows := make([]query.Setting, 0, len(cfg.Settings))
	for i := range cfg.Settings {
		from := &cfg.Settings[i]
		current, ok := changed[from.Flag.Name]
		if !ok {
			current = from.Value
		}
		rows = append(rows, query.Setting{
			Name: strings.ReplaceAll(from.Flag.Name, "-", "_"), Default: from.Flag.Default, Current: current, Description: from.Flag.Help,
		})
	}
	return rows
}
