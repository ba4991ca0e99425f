package bulk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"memgraphd/internal/csvfile"
)

// record is a row of a file.
type record struct {
	source

	quoted func(i int) bool
}

// rows reads the rows of an input. begin is given the header, do each row.
func (l *loader) rows(ctx context.Context, in Input, begin func(*header) error, do func(record) error) error {
	var h *header
	for i, name := range in.Files {
		err := l.file(ctx, name, func(r *csvfile.Reader) error {
			if i == 0 || l.o.CSV.SkipHeaders {
				fields, err := r.Read(nil)
				if i == 0 && err == nil {
					if h, err = parseHeader(fields); err == nil {
						err = begin(h)
					}
				}
				if err != nil {
					return fmt.Errorf("%s: %w", name, noEOF(err))
				}
			}
			return l.records(ctx, name, r, len(h.columns), do)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// noEOF says what the end of a file means where there should be something.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("the file is empty, and should begin with a header")
	}
	return err
}

// file opens a file for use.
func (l *loader) file(ctx context.Context, name string, use func(*csvfile.Reader) error) error {
	return l.opened(ctx, name, l.o.Open, use)
}

// opened opens a file in the given way for use.
func (l *loader) opened(ctx context.Context, name string, open func(string) (io.ReadCloser, error), use func(*csvfile.Reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f, err := open(name)
	if err != nil {
		return err
	}
	r, err := csvfile.NewReader(f, l.o.CSV.Delimiter, l.o.CSV.Quote)
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	} else {
		err = use(r)
	}
	return errors.Join(err, f.Close())
}

// records hands the rows of a file to do, but for bad ones.
func (l *loader) records(ctx context.Context, name string, r *csvfile.Reader, columns int, do func(record) error) error {
	for {
		fields, err := r.Read(make([]string, 0, columns))
		if errors.Is(err, io.EOF) {
			return nil
		}
		damaged, isRow := errors.AsType[*csvfile.RecordError](err)
		if err != nil && !isRow {
			return fmt.Errorf("%s, line %d: %w", name, r.LastLine(), err)
		}
		rec := record{source: source{file: name, line: r.Line(), fields: fields}, quoted: r.Quoted}
		if isRow {
			err = wrong("%w", damaged)
		} else {
			err = l.record(rec, columns, do)
		}
		if bad, ok := errors.AsType[*rowError](err); ok {
			err = l.bad(BadRow{File: name, Line: rec.line, Reason: bad.Error(), Fields: fields})
		}
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// record hands a row to do if it has as many fields as the header.
func (l *loader) record(r record, columns int, do func(record) error) error {
	if n := len(r.fields); n < columns || n > columns && !l.o.CSV.IgnoreExtra {
		return wrong("the row has %d fields, the header has %d", n, columns)
	}
	return do(r)
}

// rowError is what is wrong with a row, and not with the import.
type rowError struct{ err error }

// Error says what is wrong.
func (e *rowError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *rowError) Unwrap() error { return e.err }

// wrong makes an error of a row.
func wrong(format string, args ...any) error { return &rowError{fmt.Errorf(format, args...)} }

// values appends the properties of a row.
func (l *loader) values(dst []any, h *header, r record) ([]any, error) {
	for i := range h.columns {
		c := &h.columns[i]
		if !c.sent() {
			continue
		}
		field := r.fields[i]
		if l.o.CSV.Trim && c.kind == text {
			field = strings.TrimSpace(field)
		}
		if field == "" && (l.o.CSV.IgnoreEmpty || c.kind != text || c.list || !r.quoted(i)) {
			dst = append(dst, nil)
			continue
		}
		v, err := c.value(field, l.o.CSV.ArrayDelimiter)
		if err != nil {
			return dst, wrong("%s: %w", c.name, err)
		}
		dst = append(dst, v)
	}
	return dst, nil
}

// csvNodes reads files of nodes.
func (l *loader) csvNodes(ctx context.Context, in Input) error {
	var h *header
	var properties string
	texts := make(map[string]string) // the statements by what is in the columns :LABEL
	begin := func(parsed *header) error {
		h, properties = parsed, parsed.propertiesText(0)
		if h.id >= 0 && h.columns[h.id].kind != text {
			l.ids.group(h.columns[h.id].space).numeric = true
		}
		return h.forNodes()
	}
	return l.rows(ctx, in, begin, func(r record) error {
		more := l.labels(h, r)
		statement := texts[more]
		if statement == "" {
			if len(texts) >= groupsMax {
				clear(texts)
			}
			statement = nodeText(l.allLabels(in.Labels, more), properties)
			texts[strings.Clone(more)] = statement
		}
		row, err := l.values(make([]any, 0, len(h.columns)), h, r)
		if err != nil {
			return err
		}
		slot := noSlot
		if h.id >= 0 {
			var duplicate bool
			if slot, duplicate, err = l.identify(h.columns[h.id].space, r.fields[h.id]); err != nil || duplicate {
				return err
			}
		}
		return l.add(ctx, statement, true, row, slot, r.source)
	})
}

// labels is what stands in the columns :LABEL of a row.
func (l *loader) labels(h *header, r record) string {
	found, joined := "", false
	for i, c := range h.columns {
		if c.role != labelOf || r.fields[i] == "" {
			continue
		}
		if joined {
			found += l.o.CSV.ArrayDelimiter
		}
		found, joined = found+r.fields[i], true
	}
	return found
}

// allLabels joins the given labels with those of a row, each once.
func (l *loader) allLabels(given []string, more string) []string {
	all := slices.Clone(given)
	for label := range strings.SplitSeq(more, l.o.CSV.ArrayDelimiter) {
		if label = strings.TrimSpace(label); label != "" && !slices.Contains(all, label) {
			all = append(all, label)
		}
	}
	return all
}

// identify gives the id of a node its slot.
func (l *loader) identify(group, id string) (slot uint32, duplicate bool, err error) {
	id = strings.TrimSpace(id)
	if id == "" {
		return noSlot, false, wrong("the id is empty")
	}
	slot, fresh := l.ids.add(group, id)
	switch {
	case fresh:
		return slot, false, nil
	case l.ids.count >= slotsMax:
		return noSlot, false, fmt.Errorf("more than %d nodes have ids: import them in parts", int64(slotsMax))
	case l.o.SkipDuplicates:
		l.mu.Lock()
		l.report.Duplicates++
		l.mu.Unlock()
		return noSlot, true, nil
	}
	return noSlot, false, wrong("an earlier node has the id %s%s", id, inGroup(group))
}

func inGroup(group string) string {
	if group == "" {
		return ""
	}
	return " in " + group
}

// csvRelationships reads files of relationships.
func (l *loader) csvRelationships(ctx context.Context, in Input) error {
	var h *header
	var properties string
	texts := make(map[string]string) // the statements by type
	begin := func(parsed *header) error {
		h, properties = parsed, parsed.propertiesText(2)
		return h.forRelationships(in.Type)
	}
	return l.rows(ctx, in, begin, func(r record) error {
		typ := in.Type
		if h.typ >= 0 && r.fields[h.typ] != "" {
			typ = strings.TrimSpace(r.fields[h.typ])
		}
		if typ == "" {
			return wrong("the type is empty")
		}
		statement := texts[typ]
		if statement == "" {
			if len(texts) >= groupsMax {
				clear(texts)
			}
			statement = edgeText(typ, properties)
			texts[strings.Clone(typ)] = statement
		}
		from, err := l.end(h.columns[h.start].space, r.fields[h.start], "start")
		if err != nil {
			return err
		}
		to, err := l.end(h.columns[h.end].space, r.fields[h.end], "end")
		if err != nil {
			return err
		}
		row, err := l.values(append(make([]any, 0, 2+len(h.columns)), from, to), h, r)
		if err != nil {
			return err
		}
		return l.add(ctx, statement, false, row, noSlot, r.source)
	})
}

// end finds the node that a relationship begins or ends at.
func (l *loader) end(group, id, which string) (int64, error) {
	id = strings.TrimSpace(id)
	node, ok := l.ids.find(group, id)
	if !ok {
		return 0, wrong("no node has the id %s%s, at which the relationship %ss", id, inGroup(group), which)
	}
	return node, nil
}
