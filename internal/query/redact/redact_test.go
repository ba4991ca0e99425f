package redact_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"memgraphd/internal/query/redact"
	"memgraphd/internal/storage/value"
)

func params(entries ...value.Entry) value.Value { return value.Map(entries) }

func TestStatement(t *testing.T) {
	for text, want := range map[string]string{
		"RETURN 'x'":                        "RETURN 'x'",
		"CREATE USER ann IDENTIFIED BY 'x'": "CREATE USER ann IDENTIFIED BY '****'",
	} {
		if got := redact.Statement(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if got := redact.Statement(strings.Repeat("ä", 1<<20)); len(got) > 17<<10 || !strings.HasSuffix(got, "ä…") {
		t.Errorf("a long text has %d bytes", len(got))
	}
}

func TestReason(t *testing.T) {
	inner := value.List([]value.Value{value.String("deep"), params(value.Entry{Key: "k", Value: value.String("deeper")})})
	p := params(value.Entry{Key: "a", Value: value.String("hush")}, value.Entry{Key: "b", Value: inner}, value.Entry{Key: "c", Value: value.String("")})
	for message, want := range map[string]string{
		"cannot read 'hush' as a date": "cannot read '****' as a date",
		"hushhush":                     "****",
		"deeper than deep":             "**** than ****",
		"nothing of it":                "nothing of it",
	} {
		if got := redact.Reason(message, p); got != want {
			t.Errorf("%s: %s, want %s", message, got, want)
		}
	}
	many := make([]value.Value, 2000)
	for i := range many {
		many[i] = value.String("x")
	}
	if got := redact.Reason("it may quote one that was not looked at", params(value.Entry{Key: "a", Value: value.List(many)})); got != "" {
		t.Errorf("with more values than are looked at: %s", got)
	}
}

func TestNames(t *testing.T) {
	if got := redact.Names(params(value.Entry{Key: "a", Value: value.String("hush")}, value.Entry{Key: "b"})); !slices.Equal(got, []string{"a", "b"}) {
		t.Error(got)
	}
	if got := redact.Names(value.Null); got != nil {
		t.Error(got)
	}
	long := params(value.Entry{Key: strings.Repeat("x", 1000)})
	if got := redact.Names(long); len(got[0]) > 140 {
		t.Errorf("a name of %d bytes", len(got[0]))
	}
	many := make([]value.Entry, 1000)
	for i := range many {
		many[i].Key = strconv.Itoa(i)
	}
	if got := redact.Names(params(many...)); len(got) != 64 {
		t.Errorf("%d names", len(got))
	}
}
