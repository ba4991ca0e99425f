package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// troubleshoot is the page that has every message.
const troubleshoot = "../../docs/troubleshoot.md"

// gathered is what the code can say.
type gathered struct {
	details map[string]string // names of failures, and where one is
	lines   map[string]string // warnings and errors of the log, up to what differs from time to time
}

// TestTroubleshoot holds that docs/troubleshoot.md has the name of each failure that a client can get, and each warning
// and error that the log can have, and none that is not in the code.
func TestTroubleshoot(t *testing.T) {
	page, err := os.ReadFile(troubleshoot)
	if err != nil {
		t.Fatal(err)
	}
	code := sources(t)
	g := gather(code)
	if len(g.details) < 150 || len(g.lines) < 70 {
		t.Fatalf("only %d failures and %d lines were found in the code", len(g.details), len(g.lines))
	}
	rows := firstCells(string(page))
	for _, name := range slices.Sorted(maps.Keys(g.details)) {
		if !rows[name] {
			t.Errorf("no row of the page begins with `%s` (%s)", name, g.details[name])
		}
	}
	begins := func(texts []string, line string) bool {
		return slices.ContainsFunc(texts, func(text string) bool { return strings.HasPrefix(text, line) })
	}
	cells, lines := slices.Sorted(maps.Keys(rows)), slices.Sorted(maps.Keys(g.lines))
	for _, line := range lines {
		if !begins(cells, line) {
			t.Errorf("no row of the page begins with `%s` (%s)", line, g.lines[line])
		}
	}
	for _, row := range cells {
		known := g.details[row] != "" || slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(row, line) })
		if !known && !elsewhereSaid(code, row) {
			t.Errorf("the page has `%s`, which the code does not say", row)
		}
	}
}

// firstCells are the texts in backticks at the beginning of the rows of the page.
func firstCells(page string) map[string]bool {
	cells := map[string]bool{}
	code := regexp.MustCompile("`([^`]+)`")
	for line := range strings.Lines(page) {
		if cell, _, ok := strings.Cut(strings.TrimPrefix(line, "| "), " | "); ok && strings.HasPrefix(line, "| `") {
			for _, m := range code.FindAllStringSubmatch(cell, -1) {
				cells[m[1]] = true
			}
		}
	}
	return cells
}

// elsewhereSaid tells whether the code has a text in another form than those that gather knows. An … stands for what
// differs from time to time.
func elsewhereSaid(code []source, row string) bool {
	parts := strings.Split(row, "…")
	return slices.ContainsFunc(code, func(s source) bool {
		return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(s.text, strings.TrimSpace(part)) })
	})
}

// source is a file of the server.
type source struct {
	path, folder, text string
	file               *ast.File
}

// sources reads every file of the server.
func sources(t *testing.T) (all []source) {
	t.Helper()
	for _, root := range []string{"../../cmd", "../../internal"} {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
			all = append(all, source{path, filepath.Base(filepath.Dir(path)), string(text), file})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// gather reads the source. A failure has its name where an argument is called detail, where a variable of that name is
// set, and, in the protocol, at the beginning of a text.
func gather(code []source) gathered {
	g := gathered{details: map[string]string{}, lines: map[string]string{}}
	named := map[string]int{} // functions with an argument of that name: folder.function to its place
	for _, s := range code {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				if i := detailAt(f.Type); i >= 0 {
					named[s.folder+"."+f.Name.Name] = i
				}
			}
		}
	}
	for _, s := range code {
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				g.call(s, named, n)
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					if name, ok := left.(*ast.Ident); ok && name.Name == "detail" && len(n.Rhs) == len(n.Lhs) {
						g.detail(s.path, n.Rhs[i])
					}
				}
			case *ast.BasicLit:
				g.prefix(s.path, n)
			}
			return true
		})
	}
	return g
}

// prefix takes the name at the beginning of a text of the protocol.
func (g *gathered) prefix(path string, l *ast.BasicLit) {
	if !strings.Contains(path, "internal/bolt") {
		return
	}
	text, _ := literal(l)
	if name, _, ok := strings.Cut(text, ": "); ok && regexp.MustCompile(`^[A-Z][a-zA-Z]+$`).MatchString(name) {
		g.details[name] = path
	}
}

// detailAt is the place of the argument that is the name of a failure, or -1.
func detailAt(f *ast.FuncType) int {
	i := 0
	for _, field := range f.Params.List {
		for _, name := range field.Names {
			if name.Name == "detail" {
				return i
			}
			i++
		}
	}
	return -1
}

func (g *gathered) call(s source, named map[string]int, c *ast.CallExpr) {
	of := s.folder
	var name string
	switch f := c.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
		switch x := f.X.(type) {
		case *ast.Ident:
			of = x.Name
		case *ast.SelectorExpr:
			of = x.Sel.Name
		}
	default:
		return
	}
	if i, ok := named[of+"."+name]; ok && i < len(c.Args) {
		g.detail(s.path, c.Args[i])
	}
	logger := strings.ToLower(of)
	if (name == "Warn" || name == "Error") && len(c.Args) > 0 && (logger == "log" || logger == "notices" || logger == "lines") {
		first := c.Args[0]
		for sum, ok := first.(*ast.BinaryExpr); ok; sum, ok = first.(*ast.BinaryExpr) {
			first = sum.X
		}
		if text, ok := literal(first); ok && text != "--" {
			g.lines[strings.TrimSpace(text)] = s.path
		}
	}
}

func (g *gathered) detail(path string, e ast.Expr) {
	if text, ok := literal(e); ok && text != "" {
		g.details[text] = path
	}
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}
