package sema_test

import (
	"strings"
	"testing"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/function"
	"memgraphd/internal/query/parser"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

const pointRead = "MATCH (p:Person {id: 4711}) RETURN p.name AS name, p.age AS age"

func BenchmarkScanPointRead(b *testing.B) {
	var toks []token.Token
	for b.Loop() {
		toks = token.Scan(toks[:0], pointRead)
	}
}

func BenchmarkStripPointRead(b *testing.B) {
	b.ReportAllocs()
	var key []byte
	var literals []value.Value
	for b.Loop() {
		key, literals, _ = parser.AppendStrip(key[:0], literals[:0], pointRead)
	}
}

func BenchmarkParsePointRead(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parser.Parse(pointRead, parser.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAnalyzePointRead(b *testing.B) {
	s, err := parser.Parse(pointRead, parser.Options{})
	if err != nil {
		b.Fatal(err)
	}
	q, ok := s.(*ast.Query)
	if !ok {
		b.Fatal("no query")
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sema.Analyze(q, sema.Options{Functions: function.Signatures}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkManyCreates(b *testing.B) {
	text := strings.Repeat("CREATE (:Person {name: 'Ann Other', age: 55})-[:KNOWS {since: 2010}]->(:Person {name: 'Bob'}) ", 500)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := analyze(text); err != nil {
			b.Fatal(err)
		}
	}
}
