package bulk

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// wrapped finds the beginning of a file that is one object with lists in it.
var wrapped = regexp.MustCompile(`^\s*\{\s*"(nodes|relationships|rels|edges)"\s*:\s*\[`)

// wrappedPeek is how much of a file is looked at for that.
const wrappedPeek = 512

// object is one node or relationship, as APOC and MAGE write them.
type object struct {
	Type       string          `json:"type"`
	ID         json.RawMessage `json:"id"`
	Label      string          `json:"label"` // of a relationship, its type
	Labels     []string        `json:"labels"`
	Start      json.RawMessage `json:"start"`
	End        json.RawMessage `json:"end"`
	Properties map[string]any  `json:"properties"`
}

// jsonFile hands the objects of a file to do, one by one, but for bad ones.
func (l *loader) jsonFile(ctx context.Context, name string, do func(context.Context, source, json.RawMessage) error) (err error) {
	f, err := l.o.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	in := bufio.NewReaderSize(f, 1<<16)
	if head, err := in.Peek(2); err == nil && head[0] == 0x1f && head[1] == 0x8b {
		unzip, err := gzip.NewReader(in)
		if err != nil {
			return fmt.Errorf("%s: gzip: %w", name, err)
		}
		in = bufio.NewReaderSize(unzip, 1<<16)
	}
	number := 0
	each := func(raw json.RawMessage) error {
		number++
		from := source{file: name, line: number, fields: []string{string(raw)}}
		err := do(ctx, from, raw)
		if bad, ok := errors.AsType[*rowError](err); ok {
			err = l.bad(BadRow{File: name, Line: number, Reason: bad.err.Error(), Fields: from.fields})
		}
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return err
	}
	if err := objects(in, each); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("the text ends within a value or a list")
		}
		if _, told := errors.AsType[*RowError](err); told || ctx.Err() != nil {
			return err
		}
		return fmt.Errorf("%s, after object %d: %w", name, number, err)
	}
	return nil
}

// objects hands the values of a text to do: those of a list, those of the lists of an object that begins with one, or
// values one after the other.
func objects(in *bufio.Reader, do func(json.RawMessage) error) error {
	head, err := in.Peek(wrappedPeek)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	d := json.NewDecoder(in)
	switch trimmed := bytes.TrimLeft(head, " \t\r\n"); {
	case len(trimmed) > 0 && trimmed[0] == '[':
		return list(d, do)
	case wrapped.Match(head):
		if _, err := d.Token(); err != nil {
			return err
		}
		for d.More() {
			if _, err := d.Token(); err != nil {
				return err
			}
			if err := list(d, do); err != nil {
				return err
			}
		}
		_, err := d.Token()
		return err
	}
	for {
		var raw json.RawMessage
		err := d.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = do(raw)
		}
		if err != nil {
			return err
		}
	}
}

// list hands the values of a list to do.
func list(d *json.Decoder, do func(json.RawMessage) error) error {
	begin, err := d.Token()
	if err != nil {
		return err
	}
	if begin != json.Delim('[') {
		return fmt.Errorf("a list is expected, and not %v", begin)
	}
	for d.More() {
		var raw json.RawMessage
		if err = d.Decode(&raw); err == nil {
			err = do(raw)
		}
		if err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// decode reads a value with its integers as integers.
func decode(raw json.RawMessage, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return wrong("%w", err)
	}
	return nil
}

// isRelationship tells the two kinds of objects apart.
func (o *object) isRelationship() bool {
	return o.Type == "relationship" || o.Type == "edge" || o.Type != "node" && len(o.Start) > 0 && len(o.End) > 0
}

// jsonNode takes an object that is a node; relationships come later.
func (l *loader) jsonNode(ctx context.Context, from source, raw json.RawMessage) error {
	o, err := l.nodeOf(raw)
	if err != nil || o.isRelationship() {
		return err
	}
	slot := noSlot
	if len(o.ID) > 0 {
		var id string
		if id, err = idText(o.ID); err != nil {
			return err
		}
		var duplicate bool
		if slot, duplicate, err = l.identify("", id); err != nil || duplicate {
			return err
		}
	}
	row, err := propertiesOf(o.Properties)
	if err != nil {
		return err
	}
	slices.Sort(o.Labels)
	return l.add(ctx, nodeText(slices.Compact(o.Labels), ""), true, row, slot, from)
}

// nodeOf reads an object that is a node or a relationship, or, with labels given, anything as a node.
func (l *loader) nodeOf(raw json.RawMessage) (o object, err error) {
	if len(l.o.JSONLabels) > 0 {
		o.Labels = slices.Clone(l.o.JSONLabels)
		return o, decode(raw, &o.Properties)
	}
	if err := decode(raw, &o); err != nil {
		return o, err
	}
	if o.Type != "node" && o.Labels == nil && o.Properties == nil && !o.isRelationship() {
		return o, wrong("neither a node nor a relationship: an object with type, id, labels and properties is expected; " +
			"--label makes nodes of other objects")
	}
	return o, nil
}

// jsonRelationship takes an object that is a relationship; the nodes are in the database.
func (l *loader) jsonRelationship(ctx context.Context, from source, raw json.RawMessage) error {
	if len(l.o.JSONLabels) > 0 {
		return nil
	}
	var o object
	if err := decode(raw, &o); err != nil {
		return nil //nolint:nilerr // it was told as a node
	}
	if !o.isRelationship() {
		return nil
	}
	if o.Label == "" {
		return wrong("the relationship has no label, which is its type")
	}
	var ends [2]int64
	for i, end := range []json.RawMessage{o.Start, o.End} {
		which := []string{"start", "end"}[i]
		var node struct {
			ID json.RawMessage `json:"id"`
		}
		if bytes.HasPrefix(end, []byte("{")) {
			if err := decode(end, &node); err != nil {
				return err
			}
			end = node.ID
		}
		id, err := idText(end)
		if err != nil {
			return err
		}
		if ends[i], err = l.end("", id, which); err != nil {
			return err
		}
	}
	row, err := propertiesOf(o.Properties)
	if err != nil {
		return err
	}
	return l.add(ctx, edgeText(o.Label, ""), false, []any{ends[0], ends[1], row}, noSlot, from)
}

// idText reads an id, which is a text or an integer.
func idText(raw json.RawMessage) (string, error) {
	var v any
	if err := decode(raw, &v); err != nil {
		return "", err
	}
	switch v := v.(type) {
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	}
	return "", wrong("an id is a text or an integer, and not %s", raw)
}

// propertiesOf makes the numbers of decoded properties those of a driver.
func propertiesOf(m map[string]any) (map[string]any, error) {
	if m == nil {
		return map[string]any{}, nil
	}
	for key, v := range m {
		plain, err := plainNumbers(v)
		if err != nil {
			return nil, wrong("%s: %w", key, err)
		}
		m[key] = plain
	}
	return m, nil
}

func plainNumbers(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		if strings.ContainsAny(string(v), ".eE") {
			return v.Float64()
		}
		n, err := strconv.ParseInt(string(v), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s does not fit into 64 bits", v)
		}
		return n, nil
	case []any:
		for i := range v {
			plain, err := plainNumbers(v[i])
			if err != nil {
				return nil, err
			}
			v[i] = plain
		}
	case map[string]any:
		return propertiesOf(v)
	}
	return v, nil
}
