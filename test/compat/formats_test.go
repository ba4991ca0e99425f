package compat

import (
	"bytes"
	"flag"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write docs/formats.md from the comments of the packages")

const formatsPage = "../../docs/formats.md"

const formatsHead = `# Formats

What the files in a data directory hold, byte by byte. This page is gathered from the comments of the packages that own the formats;
a test keeps the two alike (` + "`make golden`" + ` writes it anew).

**The promise.** A format counts as released with the first version that is tagged and carries it. Every released format stays readable: a
directory written by each of them is in ` + "`test/compat/testdata`" + `, and each later version opens all of them. A file, a record or an entry of
a newer format is refused by name, with both formats, and nothing is changed: start the version that wrote it, or a newer one. A
file is written in the lowest format that has what it holds, so that the version before can go on reading it as long as it can.

| File | Format | Carries its version | Fixture |
| --- | --- | --- | --- |
| ` + "`database.json`" + ` | 1 | field ` + "`format`" + ` | all |
| ` + "`wal/*.wal`" + `, the segment | 1 | header, byte 8 | all |
| a commit in a segment | 1, 2, 3 | first byte of the record's payload | ` + "`format1`, `format2`, `format3`" + ` |
| ` + "`snapshots/*.snap`" + ` | 1, 2, 3, 4 | header, byte 8 | ` + "`format1`, `format2`, `format3`, `format4`" + ` |
| an entry of the catalogue, in both | 1 | first byte of its data | ` + "`format1` (indexes), `users1` (users and roles), `format3` (the others)" + ` |
| ` + "`LOCK-DATA-DIRECTORY`" + ` | 1 | field ` + "`format`" + `; one that cannot be read counts as a lock | ` + "`format3`" + ` |
| a sealed object of a backup or an archive | 1 | header, byte 8 | ` + "`objects1`" + ` |
| a JSON object of a backup or an archive | 1 | field ` + "`format`" + ` | ` + "`objects1`" + ` |
| ` + "`.lock`, `wal/spare/`, `quarantine/`, `.backup/`" + ` | – | hold nothing that a start needs | – |
`

// formatSources are the packages whose comments the page has, with their headings. A
// declaration stands for a package that owns more than a format.
var formatSources = []struct{ heading, dir, declaration string }{
	{"The directory and its identity", "internal/durability/recovery", ""},
	{"The lock of the directory", "internal/durability/retention", ""},
	{"Segments of the log", "internal/durability/wal", ""},
	{"Frames in a segment", "internal/durability/frame", ""},
	{"Commits and values", "internal/durability/codec", ""},
	{"Snapshots", "internal/durability/snapshot", ""},
	{"Objects of backups and archives", "internal/durability/object", ""},
	{"Repositories", "internal/durability/backup", ""},
	{"Entries: indexes", "internal/storage", "indexKind"},
	{"Entries: constraints", "internal/storage/constraint", ""},
	{"Entries: enums and descriptions", "internal/query/declared", ""},
	{"Entries: numbers of enums", "internal/query/declared", "enumKind"},
	{"Entries: settings", "internal/setting", ""},
	{"Entries: users and roles", "internal/query/auth", ""},
}

// TestFormatsPage compares docs/formats.md with the comments of the packages.
func TestFormatsPage(t *testing.T) {
	var page bytes.Buffer
	page.WriteString(formatsHead)
	for _, s := range formatSources {
		text := packageComment(t, filepath.Join("../..", s.dir), s.declaration)
		page.WriteString("\n## " + s.heading + "\n\nFrom `" + s.dir + "`.\n\n")
		page.Write(text)
	}
	if *rewrite {
		check(t, os.WriteFile(formatsPage, page.Bytes(), 0o644))
	}
	if got := must[[]byte](t)(os.ReadFile(formatsPage)); !bytes.Equal(got, page.Bytes()) {
		t.Error("docs/formats.md is not what the comments of the packages say; make golden writes it anew")
	}
}

// packageComment renders the comment of a package, or of one of its declarations.
func packageComment(t *testing.T, dir, declaration string) []byte {
	t.Helper()
	files := token.NewFileSet()
	var parsed []*ast.File
	for _, name := range must[[]string](t)(filepath.Glob(filepath.Join(dir, "*.go"))) {
		if !strings.HasSuffix(name, "_test.go") {
			parsed = append(parsed, must[*ast.File](t)(parser.ParseFile(files, name, nil, parser.ParseComments)))
		}
	}
	p := must[*doc.Package](t)(doc.NewFromFiles(files, parsed, dir, doc.AllDecls))
	text := p.Doc
	if declaration != "" {
		text = ""
		for _, c := range p.Consts {
			for _, name := range c.Names {
				if name == declaration {
					text = c.Doc
				}
			}
		}
	}
	if text == "" {
		t.Fatalf("%s has no comment for %q", dir, declaration)
	}
	printer := p.Printer()
	printer.HeadingLevel = 3
	printer.HeadingID = func(*comment.Heading) string { return "" }
	printer.DocLinkURL = func(*comment.DocLink) string { return "" }
	return printer.Markdown(p.Parser().Parse(text))
}
