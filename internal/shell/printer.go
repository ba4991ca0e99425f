package shell

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// blockRows is how many rows a table has at most; a longer result is several tables, so that neither memory nor
// the wait for the first rows grows with it.
const blockRows = 1000

// Format is how results are printed.
type Format string

// The formats.
const (
	Table Format = "table" // aligned columns, values in Cypher's notation
	CSV   Format = "csv"   // a line of names, then a line a row; strings as they are, null as nothing
	JSON  Format = "json"  // an array of objects, one a line
)

// Formats lists the names of the formats.
func Formats() []string { return []string{string(Table), string(CSV), string(JSON)} }

// ParseFormat reads the name of a format; "tabular" is another name for Table.
func ParseFormat(name string) (Format, error) {
	switch f := Format(name); f {
	case Table, CSV, JSON:
		return f, nil
	case "tabular":
		return Table, nil
	}
	return "", fmt.Errorf("%q is not an output format: one of table, csv, json", name)
}

// printer prints one result.
type printer interface {
	row(values []any) error
	end() error
}

func newPrinter(f Format, w io.Writer, columns []string) (printer, error) {
	switch f {
	case CSV:
		p := &csvPrinter{w: csv.NewWriter(w)}
		return p, p.w.Write(columns)
	case JSON:
		return &jsonPrinter{w: bufio.NewWriter(w), columns: columns}, nil
	case Table:
	}
	p := &tablePrinter{w: w, columns: columns}
	p.reset()
	return p, nil
}

type tablePrinter struct {
	w       io.Writer
	columns []string
	table   table.Writer
	blocks  int
}

func (p *tablePrinter) reset() {
	p.table = table.NewWriter()
	style := table.StyleDefault
	style.Format.Header = text.FormatDefault
	p.table.SetStyle(style)
	header := make(table.Row, len(p.columns))
	for i, name := range p.columns {
		header[i] = name
	}
	p.table.AppendHeader(header)
}

func (p *tablePrinter) row(values []any) error {
	row := make(table.Row, len(values))
	for i, v := range values {
		row[i] = string(appendCypher(nil, v))
	}
	p.table.AppendRow(row)
	if p.table.Length() < blockRows {
		return nil
	}
	return p.flush()
}

func (p *tablePrinter) flush() error {
	_, err := fmt.Fprintln(p.w, p.table.Render())
	p.blocks++
	p.reset()
	return err
}

func (p *tablePrinter) end() error {
	if p.table.Length() == 0 && p.blocks > 0 || len(p.columns) == 0 {
		return nil
	}
	return p.flush()
}

type csvPrinter struct {
	w      *csv.Writer
	fields []string
}

func (p *csvPrinter) row(values []any) error {
	p.fields = p.fields[:0]
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			p.fields = append(p.fields, "")
		case string:
			p.fields = append(p.fields, v)
		default:
			p.fields = append(p.fields, string(appendCypher(nil, v)))
		}
	}
	return p.w.Write(p.fields)
}

func (p *csvPrinter) end() error {
	p.w.Flush()
	return p.w.Error()
}

type jsonPrinter struct {
	w       *bufio.Writer
	columns []string
	rows    int
	line    []byte
}

func (p *jsonPrinter) row(values []any) error {
	p.line = append(p.line[:0], "[\n"...)
	if p.rows > 0 {
		p.line = append(p.line[:0], ",\n"...)
	}
	p.rows++
	p.line = append(p.line, '{')
	for i, name := range p.columns {
		if i > 0 {
			p.line = append(p.line, ',')
		}
		p.line = append(appendJSONString(p.line, name), ':')
		p.line = appendJSON(p.line, values[i])
	}
	_, err := p.w.Write(append(p.line, '}'))
	return err
}

func (p *jsonPrinter) end() error {
	closing := "\n]\n"
	if p.rows == 0 {
		closing = "[]\n"
	}
	if _, err := p.w.WriteString(closing); err != nil {
		return err
	}
	return p.w.Flush()
}
