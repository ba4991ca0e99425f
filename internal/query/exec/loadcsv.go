package exec

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"memgraphd/internal/csvfile"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/value"
)

// loadCSV makes a row of every record of a file.
type loadCSV struct {
	fanOut
	spec   *plan.LoadCSV
	file   expr.Evaluator
	words  [3]expr.Evaluator // delimiter, quote, nullif; nil where absent
	column batch.Vector
	names  *batch.Vector
	opened io.ReadCloser
	reader *csvfile.Reader
	name   string
	nullIf value.Value
	header []string
	order  []int // places of the header's names in the order of the map
	fields []string
}

func (c *compiler) loadCSV(o *plan.LoadCSV) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	list, err := c.exprs(o.Scope, o.File, o.Delimiter, o.Quote, o.NullIf)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		l := &loadCSV{fanOut: newFanOut(in(i), newOutput(slots, o.Carry)), spec: o, file: list[0]}
		copy(l.words[:], list[1:])
		return l
	}, nil
}

func (o *loadCSV) open(r *run) error {
	o.shut()
	o.rewind()
	return o.input.open(r)
}

func (o *loadCSV) next(r *run) (*batch.Batch, error) { return o.made(r, o) }

func (o *loadCSV) begin(r *run, in *batch.Batch) (err error) {
	o.names, err = expr.View(&r.ec, o.file, in, &o.column)
	return err
}

func (*loadCSV) emit(*batch.Batch) {}

// fill reads records into as many rows as fit.
func (o *loadCSV) fill(r *run) error {
	col := &o.out.batch.Columns[o.spec.Slot]
	col.Reset(batch.Values, 0)
	for o.room(r) {
		row := o.in.Row(o.at)
		if o.reader == nil {
			if err := o.start(r, o.names.Value(row)); err != nil {
				return err
			}
		}
		v, err := o.record()
		if errors.Is(err, io.EOF) {
			o.shut()
			o.at++
			continue
		}
		if err != nil {
			return o.failed(err)
		}
		col.Values = append(col.Values, v)
		o.rows = append(o.rows, uint16(row))
	}
	return nil
}

// failed names the file and the line at which reading failed.
func (o *loadCSV) failed(err error) error {
	if bad, ok := errors.AsType[*csvfile.RecordError](err); ok {
		return failure.New(failure.ClientError, failure.Runtime, "MalformedCSV",
			"file %q, line %d: %s", o.name, o.reader.Line(), bad.What).
			At(o.spec.File.Span()).WithHint("IGNORE BAD leaves such rows out")
	}
	line := 0
	if o.reader != nil {
		line = o.reader.LastLine()
	}
	return failure.New(failure.ClientError, failure.Runtime, "UnreadableCSV",
		"file %q cannot be read after line %d: %v", o.name, line, err).At(o.spec.File.Span()).WithCause(err)
}

// start opens the file.
func (o *loadCSV) start(r *run, name value.Value) error {
	if name.Kind() != value.KindString {
		return failure.RuntimeType("InvalidArgumentType", "LOAD CSV expects the name of a file, not a value of type %s", name.Kind()).
			At(o.spec.File.Span())
	}
	o.name = name.AsString()
	if r.files == nil {
		return failure.New(failure.ClientError, failure.Runtime, "LoadCSVDisabled", "LOAD CSV is not allowed here").At(o.spec.File.Span())
	}
	words := [3]value.Value{value.String(","), value.String(`"`), value.Null}
	for i, e := range o.words {
		if e == nil {
			continue
		}
		v, err := expr.Const(&r.ec, e)
		if err != nil {
			return err
		}
		if v.Kind() != value.KindString || i < 2 && v.AsString() == "" {
			return failure.RuntimeType("InvalidArgumentType", "%s expects a string that is not empty",
				[3]string{"DELIMITER", "QUOTE", "NULLIF"}[i]).At(o.spec.File.Span())
		}
		words[i] = v
	}
	o.nullIf = words[2]
	f, err := r.files.Open(o.name)
	if err != nil {
		return failure.New(failure.ClientError, failure.Runtime, "FileNotReadable",
			"file %q cannot be opened: %v", o.name, reason(err)).At(o.spec.File.Span()).
			WithHint("%s", elsewhere(err)).WithCause(err)
	}
	o.opened = f
	if o.reader, err = csvfile.NewReader(f, words[0].AsString(), words[1].AsString()); err != nil {
		return o.failed(err)
	}
	return o.readHeader()
}

// reason returns err without the name of the file, which the message has.
func reason(err error) error {
	if bad, ok := errors.AsType[*fs.PathError](err); ok {
		return bad.Err
	}
	return err
}

// elsewhere says where a file that is not there is looked for.
func elsewhere(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "the server reads it, on its own machine; memgraphd import csv reads files where it is run"
	}
	return ""
}

// readHeader takes the names of the fields from the first record.
func (o *loadCSV) readHeader() error {
	o.header = nil
	if !o.spec.WithHeader {
		return nil
	}
	names, err := o.reader.Read(nil)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if bad, ok := errors.AsType[*csvfile.RecordError](err); ok {
		return o.badHeader("the header cannot be read: " + bad.What)
	}
	if err != nil {
		return o.failed(err)
	}
	o.header = names
	o.order = o.order[:0]
	unnamed := false // of fields without a name, as spreadsheets write them at the end, the first one is in the map
	for i, name := range names {
		if name != "" || !unnamed {
			o.order = append(o.order, i)
		}
		unnamed = unnamed || name == ""
	}
	slices.SortStableFunc(o.order, func(a, b int) int { return strings.Compare(names[a], names[b]) })
	for i, at := range o.order[1:] {
		if before := o.order[i]; names[before] == names[at] {
			return o.badHeader(fmt.Sprintf("the header calls field %d %q, as it calls field %d", at+1, names[at], before+1))
		}
	}
	return nil
}

// badHeader names the file and the line of a header that gives no map of a record.
func (o *loadCSV) badHeader(what string) error {
	return failure.New(failure.ClientError, failure.Runtime, "MalformedCSV", "file %q, line %d: %s", o.name, o.reader.Line(), what).
		At(o.spec.File.Span()).WithHint("mend the header; or leave it out and write NO HEADER, which makes a list of each row")
}

// record returns the value of the next good record.
func (o *loadCSV) record() (value.Value, error) {
	for {
		fields, err := o.reader.Read(o.fields[:0])
		o.fields = fields
		if err == nil && o.header != nil && len(fields) != len(o.header) {
			err = &csvfile.RecordError{What: mismatch(len(fields), len(o.header))}
		}
		if _, bad := errors.AsType[*csvfile.RecordError](err); bad && o.spec.IgnoreBad {
			continue
		}
		if err != nil {
			return value.Null, err
		}
		if !o.spec.WithHeader {
			list := make([]value.Value, len(fields))
			for i, f := range fields {
				list[i] = o.field(i, f)
			}
			return value.List(list), nil
		}
		entries := make([]value.Entry, len(o.order))
		for i, at := range o.order {
			entries[i] = value.Entry{Key: o.header[at], Value: o.field(at, fields[at])}
		}
		return value.Map(entries), nil
	}
}

// field returns the value of field number i of the last record.
func (o *loadCSV) field(i int, text string) value.Value {
	if text == "" && o.spec.EmptyNull && !o.reader.Quoted(i) {
		return value.Null
	}
	v := value.String(text)
	if !o.nullIf.IsNull() && o.nullIf.AsString() == text {
		return value.Null
	}
	return v
}

// shut closes the file.
func (o *loadCSV) shut() {
	if o.opened != nil {
		// A file that was only read loses nothing when closing fails.
		_ = o.opened.Close()
	}
	o.opened, o.reader = nil, nil
}

func (o *loadCSV) close(r *run) {
	o.shut()
	o.input.close(r)
}

// mismatch says that a record has not as many fields as the header.
func mismatch(have, want int) string {
	return fmt.Sprintf("the row has %d fields, the header has %d", have, want)
}
