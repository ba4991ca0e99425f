package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/spelling"
	"memgraphd/internal/storage/value"
)

// ownSettings are what SET SESSION SETTING has set; nil fields are those of the database.
type ownSettings struct {
	minDuration  *time.Duration
	failed, plan *bool
}

// over puts the settings of the session over those of the database.
func (o *ownSettings) over(l *Logging) {
	if o.minDuration != nil {
		l.MinDuration = *o.minDuration
	}
	if o.failed != nil {
		l.Failed = *o.failed
	}
	if o.plan != nil {
		l.Plan = *o.plan
	}
}

// ownSettingNames are the settings that a session can have of its own.
func ownSettingNames() []string {
	return []string{"log.failed_queries", "log.min_duration_ms", "log.query_plan"}
}

// set gives a setting a value; an empty text takes it away.
func (o *ownSettings) set(name, text string) error {
	switch name {
	case "log.min_duration_ms":
		o.minDuration = nil
		if text == "" {
			return nil
		}
		ms, err := strconv.ParseInt(text, 10, 64)
		if err != nil || ms < -1 || ms > int64(31_536_000_000) {
			return fmt.Errorf("%q is not a whole number from -1 to 31536000000 (milliseconds)", text)
		}
		d := time.Duration(ms) * time.Millisecond
		o.minDuration = &d
	case "log.failed_queries":
		return setSwitch(&o.failed, text)
	case "log.query_plan":
		return setSwitch(&o.plan, text)
	}
	return nil
}

func setSwitch(into **bool, text string) error {
	var on bool
	switch strings.ToLower(text) {
	case "":
		*into = nil
		return nil
	case "true":
		on = true
	case "false":
	default:
		return fmt.Errorf("%q is not true or false", text)
	}
	*into = &on
	return nil
}

// runOwnSetting carries out SET SESSION SETTING, RESET SESSION SETTING and SET SESSION TRACE.
func (s *Session) runOwnSetting(r *Result, st *ast.SessionStatement, params value.Value) error {
	if st.Name == nil {
		return s.runTrace(r, st)
	}
	name, err := constantText(st.Name, params, wanted{"the name of a setting", "a session has " + strings.Join(ownSettingNames(), ", ")})
	if err != nil {
		return err
	}
	if !slices.Contains(ownSettingNames(), name) {
		unknown := failure.Argument("UnknownSetting", "a session has no setting %q", name).At(st.Name.Span()).
			WithHint("a session has %s; SET DATABASE SETTING sets those of the database", strings.Join(ownSettingNames(), ", "))
		if near := spelling.Nearest(name, ownSettingNames()); near != "" {
			unknown = unknown.WithHint("did you mean %s?", near)
		}
		return unknown
	}
	text := ""
	if st.Value != nil {
		if text, err = constantText(st.Value, params, wanted{"the value", "write numbers and switches in quotes too"}); err != nil {
			return err
		}
		if text == "" {
			return failure.Argument("InvalidSetting", "the value of %s is empty", name).At(st.Value.Span()).
				WithHint("RESET SESSION SETTING '%s' takes it away", name)
		}
	}
	own := ownSettings{}
	if s.own != nil {
		own = *s.own
	}
	if err := own.set(name, text); err != nil {
		return failure.Argument("InvalidSetting", "the setting %s: %s", name, err).At(st.Value.Span())
	}
	s.own = &own
	r.answer(table{})
	return nil
}

// runTrace has the server log each step of the session, or not any more.
func (s *Session) runTrace(r *Result, st *ast.SessionStatement) error {
	if st.Trace != s.trace {
		s.trace = true
		word := "off"
		if st.Trace {
			word = "on"
		}
		s.traceLine(word)
	}
	s.trace = st.Trace
	r.answer(table{columns: []string{"session uuid"}, rows: [][]value.Value{{value.String(s.o.ID)}}})
	return nil
}
