package config

import (
	"time"

	"github.com/spf13/viper"
)

// Log is where lines go and which.
type Log struct {
	File         string // "" for standard error
	JSON         bool   // each line an object
	Level        string // TRACE DEBUG INFO WARNING ERROR CRITICAL
	AlsoToStderr bool

	FileBytesMax   int64         // of the file before it is begun anew; 0: any size
	Daily          bool          // whether each day has a file of its own
	FormerAgeMax   time.Duration // 0: any age
	FormerBytesMax int64         // of all former files together; 0: any size
}

// Names of flags that the settings of the database have too.
const (
	LogMinDuration   = "log-min-duration-ms"
	LogFailedQueries = "log-failed-queries"
	LogQueryPlan     = "log-query-plan"
)

func logFlags() []Flag {
	return append([]Flag{
		{
			Name: "log-file", Group: groupLog, Kind: Text, Default: "",
			Help: "File to append the log to; empty for standard error. Former files have their time in the name, memgraph-20260102T030405.000Z.log beside memgraph.log. It is opened anew on SIGHUP, for programs that rename it.",
		},
		{
			Name: "log-format", Group: groupLog, Kind: Choice, Default: "text", Choices: []string{"text", "json"},
			Help: "Form of the lines: text for people, json for programs, one object a line.",
		},
		{
			Name: "log-level", Group: groupLog, Kind: Choice, Default: "WARNING",
			Choices: []string{"TRACE", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"},
			Help:    "Least severe lines to log. The lines about starting and stopping are always there, and so are those about statements that the flags and settings below ask for.",
		},
		{
			Name: "also-log-to-stderr", Group: groupLog, Kind: Bool, Default: "false",
			Help: "Log to standard error as well when --log-file is set.",
		},
		{
			Name: "log-rotation-size-mib", Group: groupLog, Kind: Int, Default: "100", Max: 1 << 20, Unit: "MiB",
			Help: "Size at which --log-file is begun anew; 0 for any.",
		},
		{
			Name: "log-rotation-daily", Group: groupLog, Kind: Bool, Default: "true",
			Help: "Begin --log-file anew with the first line of a day, in the machine's time zone.",
		},
		{
			Name: "log-retention-days", Group: groupLog, Kind: Int, Default: "35", Max: 36500, Unit: "days",
			Help: "Delete former files of --log-file that are older; 0 keeps all. Other files in the directory are never touched.",
		},
		{
			Name: "log-retention-size-mib", Group: groupLog, Kind: Int, Default: "1024", Max: 1 << 30, Unit: "MiB",
			Help: "Delete the oldest former files of --log-file when all take more than this together; 0 for any size.",
		},
	}, statementLogFlags()...)
}

// statementLogFlags are those about statements, each of which a setting of the database changes.
func statementLogFlags() []Flag {
	return []Flag{
		{
			Name: LogMinDuration, Group: groupLog, Kind: Int, Default: "-1", Min: -1, Max: 31_536_000_000, Unit: "milliseconds",
			Help: "Log statements that take at least so long, with the names of their parameters and without passwords; 0 logs all, -1 none. SET DATABASE SETTING 'log.min_duration_ms' changes it while the server runs, SET SESSION SETTING for one connection.",
		},
		{
			Name: LogFailedQueries, Group: groupLog, Kind: Bool, Default: "false",
			Help: "Log statements that fail, and why. SET DATABASE SETTING 'log.failed_queries' changes it while the server runs, SET SESSION SETTING for one connection.",
		},
		{
			Name: LogQueryPlan, Group: groupLog, Kind: Bool, Default: "true",
			Help: "Log the plan with a statement that --log-min-duration-ms asks for. SET DATABASE SETTING 'log.query_plan' changes it while the server runs, SET SESSION SETTING for one connection.",
		},
	}
}

func logConfig(v *viper.Viper) Log {
	const day = 24 * time.Hour
	return Log{
		File:           v.GetString("log-file"),
		JSON:           v.GetString("log-format") == "json",
		Level:          v.GetString("log-level"),
		AlsoToStderr:   v.GetBool("also-log-to-stderr"),
		FileBytesMax:   v.GetInt64("log-rotation-size-mib") << 20,
		Daily:          v.GetBool("log-rotation-daily"),
		FormerAgeMax:   time.Duration(v.GetInt64("log-retention-days")) * day,
		FormerBytesMax: v.GetInt64("log-retention-size-mib") << 20,
	}
}
