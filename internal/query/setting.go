package query

import (
	"context"
	"errors"
	"slices"
	"strings"

	"go.uber.org/zap"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/setting"
	"memgraphd/internal/storage/value"
)

// settingsAlone is what the statements about settings are called where they may not run.
const settingsAlone = "Updating or fetching settings"

// runSetting carries out SET DATABASE SETTING and SHOW DATABASE SETTING.
func (s *Session) runSetting(ctx context.Context, r *Result, st *ast.SettingStatement, params value.Value, o TxOptions) error {
	if st.Value != nil {
		if err := s.outsideTransaction(settingsAlone, st); err != nil {
			return err
		}
	}
	if st.Value != nil && o.ReadOnly {
		return readOnly().At(st.At)
	}
	t, err := s.settings()
	if err != nil {
		return err
	}
	name, err := constantText(st.Name, params, wanted{"the name of a setting", "SHOW DATABASE SETTINGS lists them"})
	if err != nil {
		return err
	}
	if st.Value == nil {
		text, unknown := t.Get(name)
		if unknown != nil {
			return settingError(unknown).At(st.Name.Span())
		}
		r.answer(table{columns: []string{"setting_value"}, rows: [][]value.Value{{value.String(text)}}})
		return nil
	}
	text, err := constantText(st.Value, params, wanted{"the value", "write numbers and switches in quotes too"})
	if err != nil {
		return err
	}
	changed, err := t.Set(ctx, name, text)
	if err != nil {
		if _, ok := errors.AsType[*setting.UnknownError](err); ok {
			return settingError(err).At(st.Name.Span())
		}
		return settingError(err).At(st.Value.Span())
	}
	s.engine.o.Log.Info("setting changed", zap.String("setting", name), zap.String("value", changed.Text),
		zap.String("user", s.user()), zap.String("from", s.o.Address))
	r.answer(table{})
	warn := func(code, title, description string) {
		r.summary.Notifications = append(r.summary.Notifications, Notification{
			Code: code, Title: title, Description: description, Severity: "WARNING", Category: "GENERIC",
		})
	}
	if changed.Inert != "" {
		warn("SettingWithoutEffect", "The value is remembered and has no effect.", name+" has no effect: "+changed.Inert+".")
	}
	if changed.Overruled != "" {
		warn("SettingOverruled", "The value is in force until the server stops.",
			changed.Overruled+" wins over it at the next start; take the flag away to let the setting count.")
	}
	return nil
}

// settings returns the table of settings.
func (s *Session) settings() (*setting.Table, error) {
	if s.engine.o.Database == nil {
		return nil, failure.New(failure.ClientError, failure.Runtime, "NoSettings", "this engine has no settings")
	}
	return s.engine.o.Database, nil
}

func showSettings(_ context.Context, s *Session) (table, error) {
	settings, err := s.settings()
	if err != nil {
		return table{}, err
	}
	t := table{columns: []string{"setting_name", "setting_value"}}
	for _, v := range settings.All() {
		t.rows = append(t.rows, []value.Value{value.String(v.Name), value.String(v.Text)})
	}
	return t, nil
}

// settingError makes an error of the table of settings one of the statement.
func settingError(err error) *failure.Error {
	var (
		unknown *setting.UnknownError
		invalid *setting.InvalidError
	)
	switch {
	case errors.As(err, &unknown):
		return failure.Argument("UnknownSetting", "%s", err).WithHint("%s", unknown.Hint())
	case errors.As(err, &invalid):
		return failure.Argument("InvalidSetting", "%s", err)
	}
	return fromStorage(err)
}

// listSettings is SHOW SETTINGS: the flags of SHOW CONFIG and the settings of the database.
func listSettings(s *Session, st *ast.Admin, params value.Value) (table, error) {
	t := table{
		columns: columnsOf("name value isDynamic defaultValue description startupValue isExplicitlySet validValues isDeprecated"),
		further: 4,
	}
	var names []string
	for _, e := range st.Names {
		name, err := constantText(e, params, wanted{"the name of a setting", "SHOW SETTINGS lists them"})
		if err != nil {
			return table{}, err
		}
		names = append(names, name)
	}
	add := func(name, current, initial, about string, dynamic bool) {
		if len(st.Names) > 0 && !slices.Contains(names, name) {
			return
		}
		t.rows = append(t.rows, []value.Value{
			value.String(name), value.String(current), value.Bool(dynamic), value.String(initial), value.String(about),
			value.String(current), value.Bool(current != initial), value.Null, value.False,
		})
	}
	if s.engine.o.Settings != nil {
		for _, c := range s.engine.o.Settings() {
			add(c.Name, c.Current, c.Default, c.Description, false)
		}
	}
	if s.engine.o.Database != nil {
		for _, v := range s.engine.o.Database.All() {
			add(v.Name, v.Text, "", "SET DATABASE SETTING changes it.", true)
		}
	}
	slices.SortFunc(t.rows, func(a, b []value.Value) int { return strings.Compare(a[0].AsString(), b[0].AsString()) })
	return t, nil
}
