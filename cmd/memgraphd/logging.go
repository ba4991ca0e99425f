package main

import (
	"strconv"
	"sync/atomic"
	"time"

	"memgraphd/internal/config"
	"memgraphd/internal/query"
	"memgraphd/internal/setting"
)

// The settings about the statements that are logged.
const (
	settingMinDuration = "log.min_duration_ms"
	settingFailed      = "log.failed_queries"
	settingPlan        = "log.query_plan"
)

// logging is what is in force of them.
type logging struct {
	minDuration  atomic.Int64 // nanoseconds; negative: none
	failed, plan atomic.Bool
}

func (l *logging) now() query.Logging {
	return query.Logging{MinDuration: time.Duration(l.minDuration.Load()), Failed: l.failed.Load(), Plan: l.plan.Load()}
}

// loggingSettings lists the settings, with the values that the flags of c gave them.
func (s *server) loggingSettings(c *config.Config) []setting.Definition {
	l := &s.inForce.statements
	return []setting.Definition{
		fromFlag(c, settingMinDuration, func(text string) {
			if ms, err := strconv.ParseInt(text, 10, 64); err == nil { // it was checked
				l.minDuration.Store(int64(time.Duration(ms) * time.Millisecond))
			}
		}),
		fromFlag(c, settingFailed, func(text string) { l.failed.Store(text == "true") }),
		fromFlag(c, settingPlan, func(text string) { l.plan.Store(text == "true") }),
	}
}
