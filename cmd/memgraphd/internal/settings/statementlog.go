package settings

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
	MinDuration   = "log.min_duration_ms"
	FailedQueries = "log.failed_queries"
	QueryPlan     = "log.query_plan"
)

// statementLog is what is in force of them.
type statementLog struct {
	minDuration  atomic.Int64 // nanoseconds; negative: none
	failed, plan atomic.Bool
}

func (l *statementLog) now() query.Logging {
	return query.Logging{MinDuration: time.Duration(l.minDuration.Load()), Failed: l.failed.Load(), Plan: l.plan.Load()}
}

// definitions lists the settings, with the values that the flags of c gave them.
func (l *statementLog) definitions(c *config.Config) []setting.Definition {
	return []setting.Definition{
		fromFlag(c, MinDuration, func(text string) {
			if ms, err := strconv.ParseInt(text, 10, 64); err == nil { // it was checked
				l.minDuration.Store(int64(time.Duration(ms) * time.Millisecond))
			}
		}),
		fromFlag(c, FailedQueries, func(text string) { l.failed.Store(text == "true") }),
		fromFlag(c, QueryPlan, func(text string) { l.plan.Store(text == "true") }),
	}
}
