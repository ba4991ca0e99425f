package shell

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"strings"

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

	Vertical  Format = "vertical" // a line a value
	JSONLines Format = "jsonl"    // an object a line
	Cypher    Format = "cypher"   // statements that give the result, or make what is in it, again
)

// Formats lists the names of the formats.
func Formats() []string {
	return []string{string(Table), string(Vertical), string(CSV), string(JSON), string(JSONLines), string(Cypher)}
}

// ParseFormat reads the name of a format. mgconsole's and cypher-shell's names are known as well: tabular, cypherl, verbose
// and auto, and plain, which is CSV.
func ParseFormat(name string) (Format, error) {
	switch f := Format(name); f {
	case Table, CSV, JSON, Vertical, JSONLines, Cypher:
		return f, nil
	case "tabular", "verbose", "auto":
		return Table, nil
	case "cypherl":
		return Cypher, nil
	case "plain":
		return CSV, nil
	}
	return "", fmt.Errorf("%q is not an output format: one of %s", name, strings.Join(Formats(), ", "))
}

// printer prints one result.
type printer interface {
	row(values []any) error
	end() error
}

// newPrinter returns a printer; width is that of the screen which tables have to fit on, 0 for none.
func newPrinter(f Format, w io.Writer, columns []string, width int) (printer, error) {
	switch f {
	case CSV:
		p := &csvPrinter{w: csv.NewWriter(w)}
		return p, p.w.Write(columns)
	case JSON:
		return &jsonPrinter{w: bufio.NewWriter(w), columns: columns}, nil
	case Vertical:
		return newVertical(w, columns), nil
	case JSONLines:
		return &linesPrinter{w: bufio.NewWriter(w), columns: columns}, nil
	case Cypher:
		return &cypherPrinter{w: bufio.NewWriter(w), columns: columns, seen: make(map[string]bool)}, nil
	case Table:
	}
	p := &tablePrinter{w: w, columns: columns, width: width}
	p.reset()
	return p, nil
}

type tablePrinter struct {
	w       io.Writer
	columns []string
	width   int // of the screen; 0: as wide as need be
	table   table.Writer
	widths  []int // of the columns
	blocks  int
}

func (p *tablePrinter) reset() {
	p.table = table.NewWriter()
	style := table.StyleDefault
	style.Format.Header = text.FormatDefault
	p.table.SetStyle(style)
	header := make(table.Row, len(p.columns))
	p.widths = make([]int, len(p.columns))
	for i, name := range p.columns {
		header[i] = name
		p.widths[i] = text.StringWidth(name)
	}
	p.table.AppendHeader(header)
}

func (p *tablePrinter) row(values []any) error {
	row := make(table.Row, len(values))
	for i, v := range values {
		cell := string(appendCypher(nil, v))
		row[i] = cell
		p.widths[i] = max(p.widths[i], text.StringWidth(cell))
	}
	p.table.AppendRow(row)
	if p.table.Length() < blockRows {
		return nil
	}
	return p.flush()
}

func (p *tablePrinter) flush() error {
	if columns := fitted(p.widths, p.width); columns != nil {
		p.table.SetColumnConfigs(columns)
	}
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

// columnWidthMin is as narrow as a column gets on a narrow screen.
const columnWidthMin = 8

// fitted bounds the widths of the columns of a table that is wider than the screen, the widest first; what is longer goes
// on in the next line of its cell. It returns nil where nothing has to be done, or nothing can be.
func fitted(widths []int, screen int) []table.ColumnConfig {
	frame := 3*len(widths) + 1
	if screen <= 0 || frame+columnWidthMin*len(widths) > screen {
		return nil
	}
	sum := func(limit int) int {
		n := frame
		for _, w := range widths {
			n += min(w, limit)
		}
		return n
	}
	limit := screen
	if sum(limit) <= screen {
		return nil
	}
	for limit > columnWidthMin && sum(limit) > screen {
		limit--
	}
	columns := make([]table.ColumnConfig, len(widths))
	for i := range widths {
		columns[i] = table.ColumnConfig{Number: i + 1, WidthMax: limit, WidthMaxEnforcer: text.WrapHard}
	}
	return columns
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
	p.line = appendJSONRow(p.line, p.columns, values)
	_, err := p.w.Write(p.line)
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
