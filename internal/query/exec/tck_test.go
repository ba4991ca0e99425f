package exec

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// tckDir is where the openCypher TCK lies beside the repository.
func tckDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("OPENCYPHER_TCK")
	if dir == "" {
		dir = "../../../../shared/tck"
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the openCypher TCK is not here")
	}
	return dir
}

// tckStep is one step of a scenario with its text or table.
type tckStep struct {
	text  string
	doc   string
	table [][]string
}

type tckScenario struct {
	name  string
	steps []tckStep
}

// readTCK returns the scenarios of a feature file, outlines expanded.
func readTCK(t *testing.T, path string) []tckScenario {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out, background []tckScenario
	var cur *tckScenario
	outline, inDoc, examples, isBackground := false, false, false, false
	var doc []string
	var header []string
	base := strings.TrimSuffix(filepath.Base(path), ".feature")
	flush := func() {
		if cur == nil {
			return
		}
		switch {
		case isBackground:
			background = append(background, *cur)
		case !outline:
			out = append(out, *cur)
		}
		cur = nil
	}
	for line := range strings.Lines(string(data)) {
		s := strings.TrimSpace(line)
		if s == `"""` {
			if inDoc {
				cur.steps[len(cur.steps)-1].doc = strings.Join(doc, "\n")
			}
			inDoc, doc = !inDoc, nil
			continue
		}
		if inDoc {
			doc = append(doc, strings.TrimRight(strings.TrimPrefix(line, "      "), "\n"))
			continue
		}
		switch {
		case s == "", strings.HasPrefix(s, "#"), strings.HasPrefix(s, "@"), strings.HasPrefix(s, "Feature"):
		case strings.HasPrefix(s, "Background"):
			flush()
			isBackground = true
			cur = &tckScenario{}
		case strings.HasPrefix(s, "Scenario"):
			flush()
			kind, name, _ := strings.Cut(s, ":")
			isBackground, outline, examples = false, kind == "Scenario Outline", false
			cur = &tckScenario{name: base + " " + strings.TrimSpace(name)}
			for _, b := range background {
				cur.steps = append(cur.steps, b.steps...)
			}
		case strings.HasPrefix(s, "Examples"):
			examples, header = true, nil
		case strings.HasPrefix(s, "|") && examples:
			cells := tckCells(s)
			if header == nil {
				header = cells
				continue
			}
			out = append(out, cur.fill(header, cells))
		case strings.HasPrefix(s, "|"):
			last := &cur.steps[len(cur.steps)-1]
			last.table = append(last.table, tckCells(s))
		default:
			if cur != nil {
				cur.steps = append(cur.steps, tckStep{text: s})
			}
		}
	}
	flush()
	return out
}

func tckCells(s string) []string {
	s = strings.ReplaceAll(s, `\|`, "\x00")
	parts := strings.Split(strings.TrimSuffix(strings.TrimPrefix(s, "|"), "|"), "|")
	for i := range parts {
		parts[i] = strings.ReplaceAll(strings.TrimSpace(parts[i]), "\x00", "|")
	}
	return parts
}

func (s *tckScenario) fill(header, cells []string) tckScenario {
	var pairs []string
	for i, h := range header {
		pairs = append(pairs, "<"+h+">", cells[i])
	}
	r := strings.NewReplacer(pairs...)
	out := tckScenario{name: s.name + " " + strings.Join(cells, "|")}
	for _, step := range s.steps {
		n := tckStep{text: r.Replace(step.text), doc: r.Replace(step.doc)}
		for _, row := range step.table {
			var cells []string
			for _, c := range row {
				cells = append(cells, r.Replace(c))
			}
			n.table = append(n.table, cells)
		}
		out.steps = append(out.steps, n)
	}
	return out
}

var (
	tckTemporal = regexp.MustCompile(`(?i)\b(date|time|localtime|localdatetime|datetime|duration)(\.\w+)?\(`)
	tckCall     = regexp.MustCompile(`(?i)\bCALL\b`)
	tckRaised   = regexp.MustCompile(`an? (\w+) should be raised at (compile time|runtime|any time): ?(\S+)`)
)

// skipped tells whether a scenario is about something that does not exist yet.
func (s *tckScenario) skipped() bool {
	for _, step := range s.steps {
		if tckTemporal.MatchString(step.doc) || tckCall.MatchString(step.doc) ||
			strings.Contains(step.text, "there exists a procedure") {
			return true
		}
	}
	return false
}

// tckState is a scenario that runs.
type tckState struct {
	d      *database
	dir    string
	out    *table
	err    error
	before map[string]map[string]bool
	after  map[string]map[string]bool
}

func (s *tckState) step(step tckStep) error {
	_, text, _ := strings.Cut(step.text, " ")
	switch {
	case text == "an empty graph", text == "any graph":
	case strings.HasSuffix(text, " graph"):
		name := strings.TrimSuffix(strings.TrimPrefix(text, "the "), " graph")
		data, err := os.ReadFile(filepath.Join(s.dir, "graphs", name, name+".cypher"))
		if err != nil {
			return err
		}
		_, err = s.d.query(context.Background(), string(data))
		return err
	case text == "having executed:":
		if _, err := s.d.query(context.Background(), step.doc); err != nil {
			return fmt.Errorf("setting up: %w", err)
		}
	case text == "parameters are:":
		return s.parameters(step.table)
	case text == "executing query:", text == "executing control query:":
		s.before = s.snapshot()
		s.out, s.err = s.d.query(context.Background(), step.doc)
		s.after = s.snapshot()
	default:
		return s.check(text, step)
	}
	return nil
}

func (s *tckState) parameters(rows [][]string) error {
	var entries []value.Entry
	for _, row := range rows {
		out, err := s.d.query(context.Background(), "RETURN "+row[1]+" AS x")
		if err != nil {
			return err
		}
		entries = append(entries, value.Entry{Key: row[0], Value: out.values[0][0]})
	}
	s.d.params = value.Map(entries)
	return nil
}

func (s *tckState) check(text string, step tckStep) error {
	if m := tckRaised.FindStringSubmatch(text); m != nil {
		f := failure.Of(s.err)
		if f == nil {
			return fmt.Errorf("no failure, but %s expected (%w)", text, s.err)
		}
		if string(f.Type) != m[1] || m[2] != "any time" && string(f.Phase) != m[2] || m[3] != "*" && f.Detail != m[3] {
			return fmt.Errorf("%s at %s: %w, but %s", f.Type, f.Phase, f, text)
		}
		return nil
	}
	if s.err != nil {
		return s.err
	}
	switch {
	case strings.HasPrefix(text, "the result should be empty"):
		if len(s.out.rows) != 0 {
			return fmt.Errorf("rows: %v", s.out.rows)
		}
	case strings.HasPrefix(text, "the result should be"):
		return s.result(text, step.table)
	case text == "no side effects":
		return s.effects(nil)
	case text == "the side effects should be:":
		return s.effects(step.table)
	default:
		return fmt.Errorf("unknown step %q", text)
	}
	return nil
}

func (s *tckState) result(text string, want [][]string) error {
	loose := strings.Contains(text, "ignoring element order")
	var have, expected []string
	if fmt.Sprint(s.out.columns) != fmt.Sprint(want[0]) {
		return fmt.Errorf("columns %q, want %q", s.out.columns, want[0])
	}
	for _, row := range s.out.rows {
		var cells []string
		for _, c := range row {
			cells = append(cells, canonical(c, loose))
		}
		have = append(have, strings.Join(cells, " | "))
	}
	for _, row := range want[1:] {
		var cells []string
		for _, c := range row {
			cells = append(cells, canonical(strings.ReplaceAll(c, `\\`, `\`), loose))
		}
		expected = append(expected, strings.Join(cells, " | "))
	}
	if !strings.Contains(text, "in order") {
		slices.Sort(have)
		slices.Sort(expected)
	}
	if !slices.Equal(have, expected) {
		return fmt.Errorf("rows:\n%s\nwant:\n%s", strings.Join(have, "\n"), strings.Join(expected, "\n"))
	}
	return nil
}

// snapshot lists what is in the graph.
func (s *tckState) snapshot() map[string]map[string]bool {
	tx := s.d.store.Begin(storage.TxOptions{ReadOnly: true})
	defer tx.Release()
	out := map[string]map[string]bool{"nodes": {}, "relationships": {}, "labels": {}, "properties": {}}
	ids := make([]graph.NodeID, 1000)
	scan := tx.ScanNodes()
	for n := scan.Next(ids); n > 0; n = scan.Next(ids) {
		for _, id := range ids[:n] {
			name := fmt.Sprint("n", id, "/", tx.NodeGeneration(id))
			out["nodes"][name] = true
			for _, l := range tx.AppendLabels(nil, id) {
				out["labels"][s.d.store.LabelName(l)] = true
			}
			for _, p := range tx.AppendNodeProperties(nil, id) {
				out["properties"][fmt.Sprint(name, p.Key, s.d.show(tx, p.Value))] = true
			}
			for _, seg := range tx.Adjacent(nil, id, graph.Out, nil) {
				for i, e := range seg.Edges {
					name := fmt.Sprint("e", e, "/", tx.EdgeGeneration(e))
					out["relationships"][name] = true
					for _, p := range tx.AppendEdgeProperties(nil, graph.Edge{ID: e, Dst: seg.Nodes[i]}) {
						out["properties"][fmt.Sprint(name, p.Key, s.d.show(tx, p.Value))] = true
					}
				}
			}
		}
	}
	return out
}

func (s *tckState) effects(want [][]string) error {
	have := map[string]int{}
	for kind, after := range s.after {
		before := s.before[kind]
		for x := range after {
			if !before[x] {
				have["+"+kind]++
			}
		}
		for x := range before {
			if !after[x] {
				have["-"+kind]++
			}
		}
	}
	expected := map[string]int{}
	for _, row := range want {
		var n int
		if _, err := fmt.Sscan(row[1], &n); err != nil {
			return err
		}
		if n != 0 {
			expected[row[0]] = n
		}
	}
	if fmt.Sprint(have) != fmt.Sprint(expected) {
		return fmt.Errorf("side effects %v, want %v", have, expected)
	}
	return nil
}

// canonical renders a value in the TCK's notation with maps, labels and, where loose,
// lists sorted.
func canonical(text string, loose bool) string {
	c := &canon{text: text, loose: loose}
	out := c.value()
	return out + c.text[min(c.at, len(c.text)):]
}

type canon struct {
	text  string
	at    int
	loose bool
}

func (c *canon) peek() byte {
	if c.at < len(c.text) {
		return c.text[c.at]
	}
	return 0
}

func (c *canon) space() {
	for c.peek() == ' ' {
		c.at++
	}
}

func (c *canon) value() string {
	c.space()
	switch c.peek() {
	case '[':
		c.at++
		if c.peek() == ':' {
			return c.edge()
		}
		list := c.list(']')
		if c.loose {
			slices.Sort(list)
		}
		return "[" + strings.Join(list, ", ") + "]"
	case '{':
		return c.braces()
	case '(':
		return c.node()
	case '<':
		return c.path()
	case '\'':
		start := c.at
		c.at++
		for c.peek() != '\'' && c.peek() != 0 {
			if c.peek() == '\\' {
				c.at++
			}
			c.at++
		}
		c.at++
		return strings.NewReplacer(`\'`, `'`, `\\`, `\`, `\n`, "\n").Replace(c.text[start:min(c.at, len(c.text))])
	}
	start := c.at
	for c.peek() != 0 && !strings.ContainsRune(",]})>", rune(c.peek())) {
		c.at++
	}
	word := strings.TrimSpace(c.text[start:c.at])
	if f, err := strconv.ParseFloat(word, 64); err == nil && strings.ContainsAny(word, ".eE") {
		return fmt.Sprintf("%.14g", f+0)
	}
	return word
}

func (c *canon) edge() string {
	start := c.at
	for c.peek() != ']' && c.peek() != '{' && c.peek() != ' ' {
		c.at++
	}
	name := c.text[start:c.at]
	c.space()
	if c.peek() == '{' {
		name += " " + c.braces()
	}
	c.space()
	c.at++
	return "[" + name + "]"
}

func (c *canon) path() string {
	c.at++
	out := "<"
	for c.peek() != '>' && c.peek() != 0 {
		switch c.peek() {
		case '(':
			out += c.node()
		case '[':
			out += c.value()
		case '-':
			out += "-"
			c.at++
			if c.peek() == '>' {
				out += ">"
				c.at++
			}
		default:
			out += string(c.peek())
			c.at++
		}
	}
	c.at++
	return out + ">"
}

func (c *canon) list(end byte) []string {
	var out []string
	for {
		c.space()
		if c.peek() == end || c.peek() == 0 {
			c.at++
			return out
		}
		out = append(out, c.value())
		c.space()
		if c.peek() == ',' {
			c.at++
		}
	}
}

func (c *canon) braces() string {
	c.at++
	var out []string
	for {
		c.space()
		if c.peek() == '}' || c.peek() == 0 {
			c.at++
			break
		}
		start := c.at
		for c.peek() != ':' && c.peek() != 0 {
			c.at++
		}
		key := c.text[start:c.at]
		c.at++
		out = append(out, key+": "+c.value())
		c.space()
		if c.peek() == ',' {
			c.at++
		}
	}
	slices.Sort(out)
	return "{" + strings.Join(out, ", ") + "}"
}

func (c *canon) node() string {
	c.at++
	start := c.at
	for c.peek() != ')' && c.peek() != '{' && c.peek() != 0 {
		c.at++
	}
	labels := strings.Split(strings.TrimSpace(c.text[start:c.at]), ":")
	slices.Sort(labels)
	out := "(" + strings.Join(labels, ":")
	if c.peek() == '{' {
		if len(labels) > 1 {
			out += " "
		}
		out += c.braces()
	}
	c.space()
	c.at++
	return out + ")"
}

// TestTCK runs the scenarios of the openCypher TCK that need no temporal values and no
// procedures.
func TestTCK(t *testing.T) {
	dir := tckDir(t)
	passed, failed, skipped := 0, 0, 0
	err := filepath.WalkDir(filepath.Join(dir, "features"), func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".feature") {
			return err
		}
		for _, s := range readTCK(t, path) {
			if s.skipped() {
				skipped++
				continue
			}
			if err := runTCK(t, dir, s); err != nil {
				failed++
				t.Errorf("%s: %v", s.name, err)
				continue
			}
			passed++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d passed, %d failed, %d left out", passed, failed, skipped)
}

func runTCK(t *testing.T, dir string, s tckScenario) (err error) {
	t.Helper()
	d := newDatabase(t)
	d.size = 3
	state := &tckState{d: d, dir: dir}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	for _, step := range s.steps {
		if err := state.step(step); err != nil {
			var texts []string
			for _, x := range s.steps {
				texts = append(texts, x.doc)
			}
			return fmt.Errorf("%w\nin %s", err, strings.Join(texts, "\n"))
		}
	}
	return nil
}
