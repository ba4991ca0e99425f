package config

import (
	"cmp"
	"fmt"
	"slices"
)

// LoadFile reads one flag file, with those that it names, and nothing else: as if it were all that there is.
func LoadFile(name string, readFile func(string) ([]byte, error)) (*Config, error) {
	if _, err := readFile(name); err != nil {
		return nil, fmt.Errorf("flag file: %w", err)
	}
	return Load(Sources{
		System: name, ReadFile: readFile,
		Lookup: func(string) (string, bool) { return "", false },
	})
}

// Stored is a setting of the database that is in force instead of a flag.
type Stored struct {
	Flag  string // over which it wins, unless the flag was given
	Name  string // of the setting
	Value string
}

// Row is a flag as people look at it.
type Row struct {
	Name    string `json:"name"`
	Value   string `json:"value"` // masked where it is secret
	Default string `json:"default"`
	Unit    string `json:"unit,omitempty"`
	Source  string `json:"source"`
	Inert   string `json:"withoutEffect,omitempty"` // why, where it has none

	given bool
	plain string // the value, not masked
}

// Rows lists what is in force: every supported flag in the order of the table, then those without effect that were given.
func (c *Config) Rows(stored []Stored) []Row {
	rows := make([]Row, 0, len(c.Settings)+len(c.Ignored))
	for _, s := range slices.Concat(c.Settings, c.Ignored) {
		row := Row{
			Name: s.Flag.Name, Value: s.Shown(), Default: s.Flag.Default, Unit: s.Flag.Unit, Source: s.Origin.String(), Inert: s.Flag.Unsupported,
			given: s.Origin.Source != FromDefault, plain: s.Value,
		}
		at := slices.IndexFunc(stored, func(x Stored) bool { return x.Flag == s.Flag.Name })
		if at >= 0 && !s.Given() {
			v := Setting{Flag: s.Flag, Value: stored[at].Value}
			row.Value, row.plain, row.Source, row.given = v.Shown(), v.Value, "stored setting "+stored[at].Name, true
		}
		rows = append(rows, row)
	}
	return rows
}

// Given reports whether the value does not just come from the default.
func (r Row) Given() bool { return r.given }

// Difference is a flag with two values.
type Difference struct {
	Name        string `json:"name"`
	Left        string `json:"left"` // masked where it is secret
	LeftSource  string `json:"leftSource"`
	Right       string `json:"right"`
	RightSource string `json:"rightSource"`
}

// Differences compares two lists of rows, flag by flag. A flag without effect that only one of them has is
// compared with its default.
func Differences(left, right []Row) []Difference {
	var found []Difference
	add := func(l, r *Row) {
		if l.plain != r.plain {
			found = append(found, Difference{Name: cmp.Or(l.Name, r.Name), Left: l.Value, LeftSource: l.Source, Right: r.Value, RightSource: r.Source})
		}
	}
	other := func(rows []Row, like *Row) *Row {
		if at := slices.IndexFunc(rows, func(r Row) bool { return r.Name == like.Name }); at >= 0 {
			return &rows[at]
		}
		return &Row{Name: like.Name, Value: like.Default, plain: like.Default, Source: Origin{}.String()}
	}
	for i := range left {
		add(&left[i], other(right, &left[i]))
	}
	for i := range right {
		if !slices.ContainsFunc(left, func(l Row) bool { return l.Name == right[i].Name }) {
			add(other(left, &right[i]), &right[i])
		}
	}
	return found
}

// Defaults is the configuration of a server to which nobody has said anything.
func Defaults() *Config {
	settings := make([]Setting, 0, len(Flags()))
	for _, f := range Flags() {
		if f.Unsupported == "" && f.Name != flagFile {
			settings = append(settings, Setting{Flag: f, Value: f.Default})
		}
	}
	return &Config{Settings: settings}
}
