package tck

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"
)

// identity names a scenario. Numbers alone do not: one feature has two scenarios with the
// same number.
type identity struct {
	File    string `json:"file"` // under features, without its extension
	Number  string `json:"number"`
	Example int    `json:"example,omitempty"` // from 1 in an outline
	Name    string `json:"name"`
}

// String is how the list of expected failures writes an identity.
func (i identity) String() string { return i.File + " " + i.short() }

// short is the identity within its file.
func (i identity) short() string {
	if i.Example > 0 {
		return fmt.Sprintf("[%s] #%d %s", i.Number, i.Example, i.Name)
	}
	return fmt.Sprintf("[%s] %s", i.Number, i.Name)
}

// feature is a file with its scenarios.
type feature struct {
	file      string
	scenarios []*scenario
}

// numbered takes the number off the name of a scenario.
var numbered = regexp.MustCompile(`^\[(\d+)\] *(.*)$`)

// readFeatures reads every feature file under dir.
func readFeatures(dir string) ([]*feature, error) {
	var out []*feature
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".feature" {
			return err
		}
		f, err := readFeature(dir, path)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if len(f.scenarios) > 0 {
			out = append(out, f)
		}
		return nil
	})
	return out, err
}

// readFeature reads one file, its outlines expanded.
func readFeature(dir, path string) (*feature, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	name, err := filepath.Rel(dir, path)
	if err != nil {
		return nil, err
	}
	ids := (&messages.Incrementing{}).NewId
	document, err := gherkin.ParseGherkinDocument(file, ids)
	if err != nil {
		return nil, err
	}
	f := &feature{file: strings.TrimSuffix(filepath.ToSlash(name), ".feature")}
	examples := map[string]int{} // by the outline's id
	for _, p := range gherkin.Pickles(*document, name, ids) {
		id := identity{File: f.file, Name: p.Name}
		if m := numbered.FindStringSubmatch(p.Name); m != nil {
			id.Number, id.Name = m[1], m[2]
		}
		if len(p.AstNodeIds) > 1 {
			examples[p.AstNodeIds[0]]++
			id.Example = examples[p.AstNodeIds[0]]
		}
		s, err := newScenario(id, p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		f.scenarios = append(f.scenarios, s)
	}
	return f, nil
}

// scenario is a scenario whose steps have been understood.
type scenario struct {
	identity
	tags       []string
	graph      string // "empty", "any" or the name of a graph under graphs
	procedures []*mock
	setup      []string
	params     map[string]any
	checks     []*check
}

// check is a query and what is expected of it.
type check struct {
	query string
	// One of these is set.
	result *result
	raised *raised
	// effects are the differences that the query makes, nil where nothing is said of them.
	effects map[string]int
}

// result is an expected table. For a query without RETURN, columns is nil.
type result struct {
	columns  []string
	rows     [][]any
	ordered  bool
	anyLists bool // the order of elements of lists does not count
}

// newScenario understands the steps of a pickle.
func newScenario(id identity, p *messages.Pickle) (*scenario, error) {
	s := &scenario{identity: id}
	for _, t := range p.Tags {
		s.tags = append(s.tags, t.Name)
	}
	for _, step := range p.Steps {
		if err := s.step(step); err != nil {
			return nil, fmt.Errorf("%q: %w", step.Text, err)
		}
	}
	if s.graph == "" || len(s.checks) == 0 {
		return nil, errors.New("no graph or no query")
	}
	for _, c := range s.checks {
		if c.result == nil && c.raised == nil {
			return nil, fmt.Errorf("nothing is expected of %s", c.query)
		}
	}
	return s, nil
}

var graphStep = regexp.MustCompile(`^(?:an?|the|any) ?(.*) graph$`)

// step understands one step.
func (s *scenario) step(step *messages.PickleStep) error {
	text := step.Text
	switch {
	case text == "any graph":
		s.graph = "any"
	case graphStep.MatchString(text):
		s.graph = graphStep.FindStringSubmatch(text)[1]
	case text == "having executed:":
		s.setup = append(s.setup, document(step))
	case text == "parameters are:":
		return s.parameters(table(step))
	case strings.HasPrefix(text, "there exists a procedure "):
		m, err := newMock(strings.TrimPrefix(text, "there exists a procedure "), table(step))
		s.procedures = append(s.procedures, m)
		return err
	case text == "executing query:", text == "executing control query:":
		s.checks = append(s.checks, &check{query: document(step)})
	case len(s.checks) == 0:
		return errors.New("an unknown step")
	default:
		return s.checks[len(s.checks)-1].expect(text, table(step))
	}
	return nil
}

// expect understands a step that follows a query.
func (c *check) expect(text string, cells [][]string) (err error) {
	switch {
	case text == "the result should be empty":
		c.result = &result{}
	case strings.HasPrefix(text, "the result should be"):
		c.result, err = newResult(strings.TrimPrefix(text, "the result should be"), cells)
	case text == "no side effects":
		c.effects = map[string]int{}
	case text == "the side effects should be:":
		c.effects, err = newEffects(cells)
	default:
		c.raised, err = newRaised(text)
	}
	return err
}

// newResult reads an expected table; how is the rest of the phrase before it.
func newResult(how string, cells [][]string) (*result, error) {
	phrases := []string{
		", in any order:", ", in order:", " (ignoring element order for lists):",
		", in order (ignoring element order for lists):",
	}
	if !slices.Contains(phrases, how) || len(cells) == 0 {
		return nil, errors.New("an unknown step")
	}
	r := &result{
		columns:  cells[0],
		ordered:  strings.HasPrefix(how, ", in order"),
		anyLists: strings.Contains(how, "ignoring"),
	}
	for _, line := range cells[1:] {
		row := make([]any, len(line))
		for i, text := range line {
			var err error
			if row[i], err = parseCell(text); err != nil {
				return nil, err
			}
		}
		r.rows = append(r.rows, row)
	}
	return r, nil
}

// newEffects reads the differences that a query makes.
func newEffects(cells [][]string) (map[string]int, error) {
	effects := map[string]int{}
	for _, row := range cells {
		n, err := strconv.Atoi(row[1])
		if err != nil {
			return nil, err
		}
		if !slices.Contains(effectNames(), row[0]) {
			return nil, fmt.Errorf("%q is no side effect", row[0])
		}
		if n != 0 {
			effects[row[0]] = n
		}
	}
	return effects, nil
}

// parameters reads a table of names and values, which has no header.
func (s *scenario) parameters(rows [][]string) error {
	s.params = map[string]any{}
	for _, row := range rows {
		v, err := parseCell(row[1])
		if err != nil {
			return err
		}
		s.params[row[0]] = v
	}
	return nil
}

// document returns the text below a step.
func document(step *messages.PickleStep) string {
	if step.Argument == nil || step.Argument.DocString == nil {
		return ""
	}
	return step.Argument.DocString.Content
}

// table returns the cells below a step.
func table(step *messages.PickleStep) [][]string {
	if step.Argument == nil || step.Argument.DataTable == nil {
		return nil
	}
	var out [][]string
	for _, row := range step.Argument.DataTable.Rows {
		cells := make([]string, len(row.Cells))
		for i, c := range row.Cells {
			cells[i] = c.Value
		}
		out = append(out, cells)
	}
	return out
}
