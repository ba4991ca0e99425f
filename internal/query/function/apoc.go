package function

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// apocFunctions are the functions of APOC that libraries write into every statement.
func apocFunctions() []Function {
	return []Function{
		{
			Name: "apoc.util.validatePredicate", MinArgs: 3, MaxArgs: 3, Args: []Type{Boolean, String, Lists},
			Result: Boolean, Volatile: true, Eval: validatePredicate,
		},
		{
			Name: "apoc.date.convertFormat", MinArgs: 2, MaxArgs: 3, Args: []Type{String, String, String},
			Result: String, NullIn: true, Eval: convertFormat,
		},
		{Name: "apoc.map.clean", MinArgs: 3, MaxArgs: 3, Args: []Type{Map, Lists, Lists}, Result: Map, NullIn: true, Eval: cleanMap},
		{Name: "apoc.any.property", MinArgs: 2, MaxArgs: 2, Args: []Type{Any, String}, Result: Any, NullIn: true, Eval: anyProperty},
	}
}

// validatePredicate is apoc.util.validatePredicate(predicate, message, params): an error with
// the message where the predicate holds. Libraries look in the text of the error for the words
// that come before the message.
func validatePredicate(_ *Call, args []value.Value) (value.Value, error) {
	if k := args[0].Kind(); k != value.KindBool && k != value.KindNull {
		return value.Null, wrongType("apoc.util.validatePredicate", "a boolean", args[0])
	}
	if !args[0].IsTrue() {
		return value.True, nil
	}
	if !args[1].IsNull() {
		if _, err := argString("apoc.util.validatePredicate", args[1]); err != nil {
			return value.Null, err
		}
	}
	return value.Null, ValidationFailed("function `apoc.util.validatePredicate`", args[1], args[2])
}

// ValidationFailed is the error of what, a function or a procedure of APOC that validates: a
// message, a string or null, with the elements of the list params filled in.
func ValidationFailed(what string, message, params value.Value) error {
	text := "null"
	if message.Kind() == value.KindString {
		text = message.AsString()
	}
	if params.Kind() == value.KindList {
		text = fillIn(text, params.AsList())
	}
	return failure.New(failure.ClientError, failure.Runtime, "ValidationFailed",
		"Failed to invoke %s: Caused by: java.lang.RuntimeException: %s", what, text).
		WithCode("Neo.ClientError.Procedure.ProcedureCallFailed")
}

// fillIn puts params into the places %s and %d of a message, one after the other.
func fillIn(message string, params []value.Value) string {
	var b strings.Builder
	for rest := message; ; {
		before, after, found := strings.Cut(rest, "%")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		switch {
		case strings.HasPrefix(after, "%"):
			b.WriteString("%")
			after = after[1:]
		case len(params) > 0 && (strings.HasPrefix(after, "s") || strings.HasPrefix(after, "d")):
			b.WriteString(plainText(params[0]))
			params, after = params[1:], after[1:]
		default:
			b.WriteString("%")
		}
		rest = after
	}
}

// plainText renders a value for a message.
func plainText(v value.Value) string {
	switch {
	case v.Kind() == value.KindString:
		return v.AsString()
	case v.Kind() == value.KindInt:
		return strconv.FormatInt(v.AsInt(), 10)
	case v.Kind() == value.KindFloat:
		return fmt.Sprint(v.AsFloat())
	case v.Kind() == value.KindBool:
		return strconv.FormatBool(v.AsBool())
	case v.IsTemporal():
		return v.TemporalText()
	default:
		return v.Kind().String()
	}
}

// anyProperty is apoc.any.property(x, name).
func anyProperty(c *Call, args []value.Value) (value.Value, error) {
	name, err := argString("apoc.any.property", args[1])
	if err != nil {
		return value.Null, err
	}
	out := make([]value.Value, 1)
	switch x := args[0]; x.Kind() { //nolint:exhaustive // the rest is refused
	case value.KindMap:
		out[0], _ = x.Field(name)
	case value.KindVirtualNode, value.KindVirtualEdge:
		out[0], _ = x.VirtualProperties().Field(name)
	case value.KindNode:
		if key, ok := c.Graph.LookupKey(name); ok {
			err = c.Graph.NodeProperty(out, []graph.NodeID{x.AsNode()}, key)
		}
	case value.KindEdge:
		if key, ok := c.Graph.LookupKey(name); ok {
			err = c.Graph.EdgeProperty(out, []graph.Edge{x.AsEdge()}, key)
		}
	default:
		return value.Null, wrongType("apoc.any.property", "a node, a relationship or a map", x)
	}
	return out[0], err
}

// convertFormat is apoc.date.convertFormat(text, from[, to]): a time in another format. The
// formats are those of ISO 8601 by their names.
func convertFormat(_ *Call, args []value.Value) (value.Value, error) {
	texts := [3]string{2: "iso_local_date"}
	for i := range args {
		text, err := argString("apoc.date.convertFormat", args[i])
		if err != nil {
			return value.Null, err
		}
		texts[i] = text
	}
	t, err := readFormat(texts[0], texts[1])
	if err != nil {
		return value.Null, err
	}
	out, ok := t.write(formatName(texts[2]))
	if !ok {
		return value.Null, unknownFormat(texts[2])
	}
	return value.String(out), nil
}

// formatName returns the name of a format without what says nothing.
func formatName(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	switch name {
	case "yyyy-mm-dd":
		return "iso_local_date"
	case "iso_date_time", "iso_zoned_date_time":
		return "iso_zoned_date_time"
	}
	return name
}

func unknownFormat(name string) error {
	return failure.Argument("InvalidArgumentValue", "apoc.date.convertFormat() does not know the format '%.100s'", name).
		WithHint("known are iso_zoned_date_time, iso_offset_date_time, iso_instant, iso_local_date_time, iso_local_date, " +
			"iso_local_time, iso_offset_time, basic_date and yyyy-MM-dd")
}

// formatted is a time that is read in one format, to be written in another.
type formatted struct {
	date    temporal.Date
	time    temporal.LocalTime
	offset  int32
	zone    string // the name of the zone, empty for none
	instant temporal.DateTime
}

// readFormat reads text, which must have what its format says.
func readFormat(text, format string) (formatted, error) {
	var f formatted
	var err error
	switch formatName(format) {
	case "iso_zoned_date_time", "iso_offset_date_time", "iso_instant":
		if f.instant, err = temporal.ParseDateTime(text, nil); err == nil {
			f.offset, f.zone = f.instant.Offset(), f.instant.Zone.Name()
			local := temporal.LocalDateTime{Seconds: f.instant.Seconds + int64(f.offset), Nanos: f.instant.Nanos}
			f.date, f.time = local.Date(), local.Time()
		}
	case "iso_local_date_time":
		var t temporal.LocalDateTime
		if t, err = temporal.ParseLocalDateTime(text); err == nil {
			f.date, f.time = t.Date(), t.Time()
		}
	case "iso_local_date", "iso_date", "basic_date":
		f.date, err = temporal.ParseDate(text)
	case "iso_local_time":
		f.time, err = temporal.ParseLocalTime(text)
	case "iso_offset_time", "iso_time":
		var t temporal.Time
		if t, err = temporal.ParseTime(text, 0); err == nil {
			f.time, f.offset = t.Local(), t.Offset
		}
	default:
		return f, unknownFormat(format)
	}
	if err != nil {
		return f, failure.Argument("InvalidArgumentValue", "apoc.date.convertFormat() cannot read '%.100s' as %s: %s", text, format, err)
	}
	return f, nil
}

// write renders f; ok is false for a format that does not exist.
func (f formatted) write(format string) (text string, ok bool) {
	clock := f.time.String()
	if strings.Count(clock, ":") == 1 {
		clock += ":00"
	}
	offset := string(temporal.AppendOffset(nil, f.offset))
	switch format {
	case "iso_zoned_date_time":
		text = f.date.String() + "T" + clock + offset
		if f.zone != "" {
			text += "[" + f.zone + "]"
		}
	case "iso_offset_date_time":
		text = f.date.String() + "T" + clock + offset
	case "iso_instant":
		utc := temporal.LocalDateTime{Seconds: f.instant.Seconds, Nanos: f.instant.Nanos}
		utcClock := utc.Time().String()
		if strings.Count(utcClock, ":") == 1 {
			utcClock += ":00"
		}
		text = utc.Date().String() + "T" + utcClock + "Z"
	case "iso_local_date_time":
		text = f.date.String() + "T" + clock
	case "iso_local_date", "iso_date":
		text = f.date.String()
	case "basic_date":
		text = strings.ReplaceAll(f.date.String(), "-", "")
	case "iso_local_time":
		text = clock
	case "iso_offset_time", "iso_time":
		text = clock + offset
	default:
		return "", false
	}
	return text, true
}

// cleanMap is apoc.map.clean(map, keys, values): the map without the keys of a list, and
// without the values of another one, of which null is one always.
func cleanMap(_ *Call, args []value.Value) (value.Value, error) {
	for i, want := range []value.Kind{value.KindMap, value.KindList, value.KindList} {
		if args[i].Kind() != want {
			return value.Null, wrongType("apoc.map.clean", []string{"a map", "a list of keys", "a list of values"}[i], args[i])
		}
	}
	var kept []value.Entry
	for _, e := range args[0].AsMap() {
		dropped := e.Value.IsNull() || slices.ContainsFunc(args[1].AsList(), func(k value.Value) bool {
			return k.Kind() == value.KindString && k.AsString() == e.Key
		}) || slices.ContainsFunc(args[2].AsList(), func(v value.Value) bool { return value.Equal(v, e.Value) == value.Yes })
		if !dropped {
			kept = append(kept, e)
		}
	}
	return value.Map(kept), nil
}
