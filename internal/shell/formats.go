package shell

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// verticalPrinter prints a line a value, for rows that are wider than a screen.
type verticalPrinter struct {
	w       *bufio.Writer
	columns []string
	width   int // of the longest name
	rows    int
}

func newVertical(w io.Writer, columns []string) *verticalPrinter {
	p := &verticalPrinter{w: bufio.NewWriter(w), columns: columns}
	for _, name := range columns {
		p.width = max(p.width, text.StringWidth(name))
	}
	return p
}

func (p *verticalPrinter) row(values []any) error {
	p.rows++
	if _, err := fmt.Fprintf(p.w, "-[ row %d ]%s\n", p.rows, strings.Repeat("-", max(0, 30-len(strconv.Itoa(p.rows))))); err != nil {
		return err
	}
	for i, name := range p.columns {
		pad := strings.Repeat(" ", p.width-text.StringWidth(name))
		if _, err := fmt.Fprintf(p.w, "%s%s | %s\n", name, pad, appendCypher(nil, values[i])); err != nil {
			return err
		}
	}
	return nil
}

func (p *verticalPrinter) end() error { return p.w.Flush() }

// linesPrinter prints an object of JSON a line.
type linesPrinter struct {
	w       *bufio.Writer
	columns []string
	line    []byte
}

func (p *linesPrinter) row(values []any) error {
	p.line = append(appendJSONRow(p.line[:0], p.columns, values), '\n')
	_, err := p.w.Write(p.line)
	return err
}

func (p *linesPrinter) end() error { return p.w.Flush() }

// appendJSONRow appends a row as an object.
func appendJSONRow(dst []byte, columns []string, values []any) []byte {
	dst = append(dst, '{')
	for i, name := range columns {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendJSONString(dst, name), ':')
		dst = appendJSON(dst, values[i])
	}
	return append(dst, '}')
}

// cypherSeenMax bounds the nodes and relationships of one result in Cypher.
const cypherSeenMax = 10_000_000

// cypherPrinter prints statements: a text alone as it is, which is what DUMP DATABASE answers; nodes, relationships and
// paths as statements that create them, each once, in the form of a dump; other rows as a RETURN that gives them again.
type cypherPrinter struct {
	w       *bufio.Writer
	columns []string
	seen    map[string]bool // element ids
	line    []byte
}

func (p *cypherPrinter) row(values []any) error {
	if statement, ok := values[0].(string); ok && len(values) == 1 {
		if !strings.HasSuffix(statement, ";") {
			statement += ";"
		}
		_, err := p.w.WriteString(statement + "\n")
		return err
	}
	graph := 0
	for _, v := range values {
		if isGraph(v) {
			graph++
		}
	}
	if graph > 0 && graph < len(values) {
		return errMixed
	}
	if graph == 0 {
		p.line = append(p.line[:0], "RETURN "...)
		for i, name := range p.columns {
			if i > 0 {
				p.line = append(p.line, ", "...)
			}
			p.line = appendName(append(appendLiteral(p.line, values[i]), " AS "...), name)
		}
		_, err := p.w.Write(append(p.line, ";\n"...))
		return err
	}
	for _, v := range values {
		if err := p.graph(v); err != nil {
			return err
		}
	}
	return nil
}

// errMixed reports a row that no statement gives again.
var errMixed = errors.New("a row has nodes or relationships beside other values, which no statement gives again: " +
	"return one or the other, or choose another format")

// isGraph tells what is made by CREATE.
func isGraph(v any) bool {
	switch v.(type) {
	case neo4j.Node, neo4j.Relationship, neo4j.Path:
		return true
	}
	return false
}

func (p *cypherPrinter) graph(v any) error {
	switch v := v.(type) {
	case neo4j.Node:
		return p.node(v)
	case neo4j.Relationship:
		return p.relationship(v)
	case neo4j.Path:
		for _, n := range v.Nodes {
			if err := p.node(n); err != nil {
				return err
			}
		}
		for _, r := range v.Relationships {
			if err := p.relationship(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// fresh notes an element, and reports whether it is new.
func (p *cypherPrinter) fresh(id string) (bool, error) {
	if p.seen[id] {
		return false, nil
	}
	if len(p.seen) >= cypherSeenMax {
		return false, fmt.Errorf("more than %d nodes and relationships in one result: DUMP DATABASE and memgraphd dump write larger graphs", cypherSeenMax)
	}
	p.seen[id] = true
	return true, nil
}

func (p *cypherPrinter) node(n neo4j.Node) error {
	fresh, err := p.fresh(n.ElementId)
	if err != nil || !fresh {
		return err
	}
	p.line = append(p.line[:0], "CREATE (:__mg_vertex__"...)
	for _, label := range n.Labels {
		p.line = appendName(append(p.line, ':'), label)
	}
	p.line = append(append(p.line, " {__mg_id__: "...), id(n.ElementId)...)
	p.line = append(appendEntries(p.line, n.Props, true), "});\n"...)
	_, err = p.w.Write(p.line)
	return err
}

func (p *cypherPrinter) relationship(r neo4j.Relationship) error {
	fresh, err := p.fresh("r" + r.ElementId)
	if err != nil || !fresh {
		return err
	}
	p.line = append(p.line[:0], "MATCH (u:__mg_vertex__), (v:__mg_vertex__) WHERE u.__mg_id__ = "...)
	p.line = append(append(p.line, id(r.StartElementId)...), " AND v.__mg_id__ = "...)
	p.line = appendName(append(append(p.line, id(r.EndElementId)...), " CREATE (u)-[:"...), r.Type)
	if len(r.Props) > 0 {
		p.line = append(appendEntries(append(p.line, " {"...), r.Props, false), '}')
	}
	_, err = p.w.Write(append(p.line, "]->(v);\n"...))
	return err
}

// id is the number in an element id.
func id(elementID string) string { return elementID[strings.LastIndexByte(elementID, ':')+1:] }

func (p *cypherPrinter) end() error {
	if len(p.seen) > 0 {
		if _, err := p.w.WriteString("MATCH (u:__mg_vertex__) REMOVE u:__mg_vertex__, u.__mg_id__;\n"); err != nil {
			return err
		}
	}
	return p.w.Flush()
}
