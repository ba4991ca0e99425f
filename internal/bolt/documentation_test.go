package bolt

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/state"
	"memgraphd/internal/bolt/wire"
)

var update = flag.Bool("update", false, "write the tables of docs/bolt.md")

// TestDocumentation holds the tables of docs/bolt.md to the code.
func TestDocumentation(t *testing.T) {
	const path = "../../docs/bolt.md"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for name, table := range map[string]string{
		"versions": versionTable(), "messages": messageTable(), "states": stateTables(),
		"codes": codeTable(), "stats": statsTable(t), "limits": limitTable(),
	} {
		mark := "<!-- " + name + " -->\n"
		before, rest, ok := strings.Cut(text, mark)
		old, after, closed := strings.Cut(rest, "<!-- end -->")
		if !ok || !closed {
			t.Fatalf("%s has no place for %s", path, name)
		}
		if old != table && !*update {
			t.Errorf("%s: the table of %s is\n%s\nand should be\n%s", path, name, old, table)
		}
		text = before + mark + table + "<!-- end -->" + after
	}
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func versionTable() string {
	var b strings.Builder
	b.WriteString("| Version | New messages | Login | Element ids | Times in UTC | Filter | Remarks | Failure | Keep-alive | Home database |\n" +
		"| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for i, v := range wire.Supported() {
		var added []string
		for _, k := range message.Requests() {
			if since, _ := k.Since(); since == v && i < len(wire.Supported())-1 {
				added = append(added, k.String())
			}
		}
		login := "LOGON"
		if state.On(v, state.Negotiation, message.KindHello).Done == state.Ready {
			login = "HELLO"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", v, strings.Join(added, ", "), login, yes(v.AtLeast(wire.V50)),
			since(v, "no", wire.V43, "by the patch", wire.V50, "yes"), since(v, "no", wire.V52, "categories", wire.V56, "classifications"),
			since(v, "notifications", wire.V56, "statuses"), since(v, "code", wire.V57, "status"),
			yes(message.KeepsAlive(v)), yes(v.AtLeast(wire.V58)))
	}
	return b.String()
}

// since returns the word of the last version named that v is not before.
func since(v wire.Version, word string, changes ...any) string {
	for i := 0; i < len(changes); i += 2 {
		if from, _ := changes[i].(wire.Version); v.AtLeast(from) {
			word, _ = changes[i+1].(string)
		}
	}
	return word
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func messageTable() string {
	var b strings.Builder
	b.WriteString("| Tag | Message | Fields | Since |\n| --- | --- | --- | --- |\n")
	for _, k := range message.Requests() {
		since, _ := k.Since()
		fmt.Fprintf(&b, "| %02X | %s | %d | %s |\n", uint8(k), k, k.Fields(), since)
	}
	for _, k := range []message.Kind{message.KindSuccess, message.KindRecord, message.KindIgnored, message.KindFailure} {
		fmt.Fprintf(&b, "| %02X | %s | %d | reply |\n", uint8(k), k, k.Fields())
	}
	return b.String()
}

// stateTables writes one table for each set of versions with the same rules.
func stateTables() string {
	var b strings.Builder
	var last string
	var versions []string
	flush := func() {
		if len(versions) > 0 {
			fmt.Fprintf(&b, "### %s\n\n%s\n", strings.Join(versions, ", "), last)
		}
		versions = nil
	}
	for i := len(wire.Supported()) - 1; i >= 0; i-- {
		v := wire.Supported()[i]
		if table := stateTable(v); table != last {
			flush()
			last = table
		}
		versions = append(versions, v.String())
	}
	flush()
	return b.String()
}

func stateTable(v wire.Version) string {
	var b strings.Builder
	columns := state.States()[:len(state.States())-1] // nothing follows DEFUNCT
	b.WriteString("| |")
	for _, s := range columns {
		fmt.Fprintf(&b, " %s |", s)
	}
	b.WriteString("\n|" + strings.Repeat(" --- |", len(columns)+1) + "\n")
	for _, k := range message.Requests() {
		if k == message.KindGoodbye || !k.In(v) {
			continue
		}
		fmt.Fprintf(&b, "| %s |", k)
		for _, s := range columns {
			fmt.Fprintf(&b, " %s |", ruleText(state.On(v, s, k)))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func ruleText(r state.Rule) string {
	switch r.Action {
	case state.Refuse, state.Hangup:
		return ""
	case state.Ignore:
		return "ignore"
	case state.Perform:
	}
	text := r.Done.String()
	if r.More != r.Done {
		text += ", more: " + r.More.String()
	}
	return text + ", failed: " + r.Failed.String()
}

func codeTable() string {
	var b strings.Builder
	b.WriteString("| Code | When | Closes |\n| --- | --- | --- |\n")
	for _, c := range []struct{ code, when, closes string }{
		{message.CodeInvalid, "a message that is malformed, or does not belong in the state", "yes"},
		{message.CodeInvalid, "a field that makes no sense", "no"},
		{message.CodeType, "a parameter of a type that cannot be one, or a temporal value or point that there is not", "no"},
		{message.CodeUnauthorized, "an unknown scheme; a client of another machine while no user exists", "yes"},
		{message.CodeForbidden, "`imp_user`", "no"},
		{message.CodeDatabase, "`db` names another database", "no"},
		{message.CodeTerminated, "a RESET, a GOODBYE or the end of the connection", "no"},
		{message.CodeLimit, "depth, elements, open results", "no, but before the login"},
		{message.CodeMemory, "the memory limit of the server", "parameters: no; a message: yes"},
		{message.CodeUnavailable, "the most connections are logged in", "yes"},
		{message.CodeUnknown, "a bug; the log says more", "yes"},
	} {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.code, c.when, c.closes)
	}
	return b.String()
}

func statsTable(t *testing.T) string {
	t.Helper()
	s := message.Summary{}
	v := reflect.ValueOf(&s.Stats).Elem()
	for _, field := range v.Fields() {
		field.SetInt(1)
	}
	var d packstream.Decoder
	d.Reset(s.Append(nil, wire.V54, &message.Filter{}), packstream.Limits{Depth: 9, Elements: 99})
	if _, _, err := d.StructHeader(); err != nil {
		t.Fatal(err)
	}
	all, err := d.Map()
	if err != nil {
		t.Fatal(err)
	}
	stats, _ := all.Field("stats")
	var names []string
	for _, e := range stats.AsMap() {
		if !strings.HasPrefix(e.Key, "contains-") {
			names = append(names, "`"+e.Key+"`")
		}
	}
	return strings.Join(names, "\n") + "\n"
}

func limitTable() string {
	o := Options{Engine: &fakeEngine{}, Now: time.Now}.withDefaults()
	var b strings.Builder
	b.WriteString("| Option | Default |\n| --- | --- |\n")
	fmt.Fprintf(&b, "| LoginTimeout | %s |\n| WriteTimeout | %s |\n| KeepAlive | %s |\n", o.LoginTimeout, o.WriteTimeout, o.KeepAlive)
	for _, n := range o.numbers() {
		fmt.Fprintf(&b, "| %s | %d |\n", n.name, *n.field)
	}
	return b.String()
}
