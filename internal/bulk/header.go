package bulk

import (
	"errors"
	"fmt"
	"strings"

	"memgraphd/internal/storage/temporal"
)

// role is what a column is for.
type role uint8

const (
	property role = iota
	idOf
	labelOf
	startOf
	endOf
	typeOf
	ignored
)

// kind is the type of a property.
type kind uint8

const (
	text kind = iota
	char
	int8s
	int16s
	int32s
	int64s
	floats
	booleans
	dates
	localTimes
	times
	localDateTimes
	dateTimes
	durations
	points
)

// kindOf knows the types of neo4j-admin's headers by their names in lower case.
func kindOf(name string) (kind, bool) {
	switch name {
	case "", "string":
		return text, true
	case "char":
		return char, true
	case "byte":
		return int8s, true
	case "short":
		return int16s, true
	case "int":
		return int32s, true
	case "long", "integer":
		return int64s, true
	case "float", "double":
		return floats, true
	case "boolean", "bool":
		return booleans, true
	case "date":
		return dates, true
	case "localtime":
		return localTimes, true
	case "time":
		return times, true
	case "localdatetime":
		return localDateTimes, true
	case "datetime":
		return dateTimes, true
	case "duration":
		return durations, true
	case "point":
		return points, true
	}
	return text, false
}

// typeNames lists the types for messages.
const typeNames = "string, char, boolean, byte, short, int, long, float, double, date, localtime, time, localdatetime, datetime, " +
	"duration, point, each also with [] behind it, and ID, LABEL, START_ID, END_ID, TYPE, IGNORE"

// function is the function of Cypher that makes a value of the kind from what is sent; "" for none.
func (k kind) function() string {
	switch k {
	case dates:
		return "date"
	case localTimes:
		return "localtime"
	case times:
		return "time"
	case localDateTimes:
		return "localdatetime"
	case dateTimes:
		return "datetime"
	case durations:
		return "duration"
	case points:
		return "point"
	case text, char, int8s, int16s, int32s, int64s, floats, booleans:
	}
	return ""
}

// column is one field of a header.
type column struct {
	role  role
	name  string // of the property; "" for an id that is not kept
	space string // of ids
	kind  kind
	list  bool
	zone  *temporal.Zone // of times and datetimes that name none
}

// header is what the columns of a file mean.
type header struct {
	columns []column
	id      int // the index of the column with the id of a node, or -1
	start   int // of the ends of a relationship, or -1
	end     int
	typ     int // of its type, or -1
}

// parseHeader reads the fields of a header.
func parseHeader(fields []string) (*header, error) {
	h := &header{id: -1, start: -1, end: -1, typ: -1}
	names := make(map[string]bool)
	if len(fields) == 1 {
		if at := strings.IndexAny(fields[0], ";\t|"); at >= 0 {
			return nil, fmt.Errorf("the header is one field, %q: it seems that its delimiter is another one; --delimiter=%s", fields[0],
				map[byte]string{';': "semicolon", '\t': "tab", '|': "pipe"}[fields[0][at]])
		}
	}
	for i, field := range fields {
		c, err := parseColumn(strings.TrimSpace(field))
		if err != nil {
			return nil, fmt.Errorf("field %d of the header, %q: %w", i+1, field, err)
		}
		h.columns = append(h.columns, c)
		if c.name != "" && c.role != ignored {
			if names[c.name] {
				return nil, fmt.Errorf("the header has the property %s twice", c.name)
			}
			names[c.name] = true
		}
		one := map[role]*int{idOf: &h.id, startOf: &h.start, endOf: &h.end, typeOf: &h.typ}[c.role]
		if one == nil {
			continue
		}
		if *one >= 0 {
			return nil, fmt.Errorf("fields %d and %d of the header are for the same: %q and %q", *one+1, i+1, fields[*one], field)
		}
		*one = i
	}
	return h, nil
}

// forNodes checks the header of a file of nodes.
func (h *header) forNodes() error {
	if h.start >= 0 || h.end >= 0 || h.typ >= 0 {
		return errors.New("START_ID, END_ID and TYPE are for relationships, and this is a file of nodes")
	}
	return nil
}

// forRelationships checks the header of a file of relationships, whose type may be given elsewhere.
func (h *header) forRelationships(given string) error {
	switch {
	case h.start < 0 || h.end < 0:
		return errors.New("a file of relationships needs a column :START_ID and a column :END_ID")
	case h.typ < 0 && given == "":
		return errors.New("no type: a column :TYPE, or --relationships TYPE=FILE")
	case h.id >= 0:
		return errors.New("ID is for nodes, and this is a file of relationships")
	}
	for _, c := range h.columns {
		if c.role == labelOf {
			return errors.New("LABEL is for nodes, and this is a file of relationships")
		}
	}
	return nil
}

// parseColumn reads a field of a header: name:type, name:ID(space){option:value}.
func parseColumn(field string) (column, error) {
	head, options, _ := strings.Cut(field, "{")
	head, space, spaced := strings.Cut(head, "(")
	name, typ := head, ""
	if i := strings.LastIndexByte(head, ':'); i >= 0 {
		name, typ = head[:i], head[i+1:]
	}
	c := column{name: strings.TrimSpace(name)}
	typ = strings.TrimSpace(typ)
	if spaced {
		inside, rest, closed := strings.Cut(space, ")")
		if !closed || strings.TrimSpace(rest) != "" {
			return c, errors.New("a parenthesis is not closed")
		}
		c.space = strings.TrimSpace(inside)
	}
	switch strings.ToUpper(typ) {
	case "ID":
		c.role = idOf
	case "LABEL":
		c.role, c.name = labelOf, ""
	case "START_ID":
		c.role, c.name = startOf, ""
	case "END_ID":
		c.role, c.name = endOf, ""
	case "TYPE":
		c.role, c.name = typeOf, ""
	case "IGNORE":
		c.role, c.name = ignored, ""
		return c, nil
	default:
		var known bool
		base, list := strings.CutSuffix(strings.ToLower(typ), "[]")
		if c.kind, known = kindOf(base); !known {
			return c, fmt.Errorf("%s is not a type; the types are %s", typ, typeNames)
		}
		if c.list = list; c.name == "" {
			return c, errors.New("a property needs a name")
		}
	}
	if spaced && c.role != idOf && c.role != startOf && c.role != endOf {
		return c, errors.New("only ID, START_ID and END_ID have a group of ids in parentheses")
	}
	return c, c.options(options)
}

// options reads what stands in braces behind a type, the first of which is gone.
func (c *column) options(list string) error {
	list = strings.TrimSpace(list)
	if list == "" {
		return nil
	}
	list, closed := strings.CutSuffix(list, "}")
	if !closed {
		return errors.New("a brace is not closed")
	}
	for option := range strings.SplitSeq(list, ",") {
		key, value, _ := strings.Cut(option, ":")
		value = strings.Trim(strings.TrimSpace(value), `"'`)
		switch key = strings.TrimSpace(key); {
		case key == "timezone" && (c.kind == dateTimes || c.kind == times):
			zone, err := temporal.LookupZone(value)
			if err != nil {
				return fmt.Errorf("timezone: %w", err)
			}
			c.zone = zone
		case key == "id-type" && c.role == idOf:
			var known bool
			if c.kind, known = kindOf(strings.ToLower(value)); !known || c.kind > int64s {
				return fmt.Errorf("id-type: %s is none; string, int or long", value)
			}
		case key == "label" && c.role == idOf, key == "crs" && c.kind == points:
		default:
			return fmt.Errorf("%s is not an option of this column", key)
		}
	}
	return nil
}
