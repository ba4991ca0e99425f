package function

import (
	"slices"
	"strings"
	"sync"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/spelling"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// fieldKeys finds the fields that a map may have by their names in lower case.
var fieldKeys = sync.OnceValue(func() map[string]temporal.Field {
	keys := map[string]temporal.Field{"weekday": temporal.DayOfWeek, "quarterday": temporal.DayOfQuarter}
	for f := temporal.Year; f <= temporal.EpochMillis; f++ {
		keys[strings.ToLower(f.String())] = f
	}
	return keys
})

// fieldsOf reads the map from which name makes an instant, like {year: 2015, month: 7} or
// {date: d, hour: 12}. A field that is null counts as not given. null tells that an instant
// to select from is null, and so is the result.
func fieldsOf(name string, m value.Value) (f temporal.Fields, null bool, err error) {
	entries := m.AsMap()
	for i, e := range entries {
		for _, other := range entries[:i] {
			if strings.EqualFold(e.Key, other.Key) {
				return f, false, failure.Argument("InvalidArgumentValue", "%s(): %s is given twice", name, strings.ToLower(e.Key))
			}
		}
		key := strings.ToLower(e.Key)
		field, ok := fieldKeys()[key]
		switch {
		case !ok && !slices.Contains(instantKeys(), key) && key != "timezone":
			return f, false, unknownKey(name, e.Key)
		case e.Value.IsNull():
			null = null || !ok && key != "timezone"
		case ok && e.Value.Kind() != value.KindInt:
			err = failure.Argument("InvalidArgumentType", "%s(): %s must be an integer, but is a value of type %s", name, field, e.Value.Kind())
		case ok:
			f.Set(field, e.Value.AsInt())
		case key == "timezone":
			f.Zone, err = zoneOf(name, e.Value)
			f.HasZone = true
		default:
			err = selectFrom(name, &f, key, e.Value)
		}
		if err != nil {
			return f, false, err
		}
	}
	return f, null, nil
}

// instantKeys are the keys that name another instant.
func instantKeys() []string { return []string{"date", "time", "datetime"} }

// selectFrom notes the instant from which what is not given is taken.
func selectFrom(name string, f *temporal.Fields, key string, x value.Value) error {
	if !x.IsInstant() {
		return failure.Argument("InvalidArgumentType", "%s(): %s must be a temporal instant, but is a value of type %s", name, key, x.Kind())
	}
	p := PartsOf(x)
	needed, has := "day", p.HasDate
	switch key {
	case "date":
		f.Date = &p
	case "time":
		f.Time = &p
		needed, has = "time of day", p.HasTime
	default:
		f.DateTime = &p
	}
	if !has {
		return failure.Argument("InvalidArgumentType", "%s(): %s must be a value with a %s, but is a value of type %s", name, key, needed, x.Kind())
	}
	return nil
}

func unknownKey(name, key string) *failure.Error {
	known := append(instantKeys(), "timezone")
	for f := temporal.Year; f <= temporal.EpochMillis; f++ {
		known = append(known, f.String())
	}
	return unknownField(name, key, known)
}

// unknownField says that a map has a key which the function called name does not know.
func unknownField(name, key string, known []string) *failure.Error {
	err := failure.Argument("UnknownField", "%s() has no field `%s`", name, key)
	if like := spelling.Nearest(key, known); like != "" {
		return err.WithHint("did you mean `%s`?", like)
	}
	return err.WithHint("the fields are %s", strings.Join(known, ", "))
}

// reference is what instants take from the statement: its time and its zone.
func (c *Call) reference() temporal.Reference { return temporal.Reference{Now: c.Now.Unix()} }
