package setting_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"memgraphd/internal/setting"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
)

// refusing is a store whose log may have stopped.
type refusing struct {
	*storage.Store
	refuse bool
}

var errLog = errors.New("the log has stopped")

// PutEntry fails where the log has stopped.
func (r *refusing) PutEntry(ctx context.Context, e change.Entry) (change.Index, error) {
	if r.refuse {
		return 0, errLog
	}
	return r.Store.PutEntry(ctx, e)
}

// TestSettings plays testdata/settings on one store:
//
//	start [given=limit]     a new table, as after a restart; with given, a flag sets limit to 7
//	redefine [given=limit]  the flag has changed while the server runs
//	set name=limit          the input is the value; what is put in force is shown
//	get name=limit | all
//	put name=x              an entry as another version may have written it, in Go's quotes
//	log stopped=true        changes fail from now on
func TestSettings(t *testing.T) {
	store := storage.New(storage.Options{})
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	s := &play{t: t, store: &refusing{Store: store}}
	datadriven.RunTest(t, "testdata/settings", func(_ *testing.T, d *datadriven.TestData) string { return s.command(d) })
}

type play struct {
	t     *testing.T
	store *refusing
	table *setting.Table
	out   strings.Builder
	limit func(*datadriven.TestData) setting.Definition
}

func (p *play) command(d *datadriven.TestData) string {
	p.out.Reset()
	var name string
	d.MaybeScanArgs(p.t, "name", &name)
	switch d.Cmd {
	case "start":
		p.start(d)
	case "redefine":
		p.table.Redefine(p.limit(d))
	case "set":
		changed, err := p.table.Set(p.t.Context(), name, strings.Trim(d.Input, "'"))
		if changed.Overruled != "" {
			fmt.Fprintf(&p.out, "overruled at the next start by %s\n", changed.Overruled)
		}
		if changed.Inert != "" {
			fmt.Fprintf(&p.out, "%s has no effect: %s\n", changed.Text, changed.Inert)
		}
		p.say(err)
	case "get":
		text, err := p.table.Get(name)
		if err == nil {
			fmt.Fprintf(&p.out, "%q\n", text)
		}
		p.say(err)
	case "all":
		for _, v := range p.table.All() {
			fmt.Fprintf(&p.out, "%s = %q", v.Name, v.Text)
			if v.Stored {
				p.out.WriteString(" (stored)")
			}
			p.out.WriteByte('\n')
		}
	case "put":
		data, err := strconv.Unquote(d.Input)
		p.say(err)
		_, err = p.store.PutEntry(p.t.Context(), change.Entry{Kind: setting.Kind, Name: name, Data: []byte(data)})
		p.say(err)
	case "log":
		p.store.refuse = d.HasArg("stopped")
	default:
		d.Fatalf(p.t, "unknown command %s", d.Cmd)
	}
	return p.out.String()
}

func (p *play) say(err error) {
	if err == nil {
		return
	}
	fmt.Fprintf(&p.out, "error: %v\n", err)
	if u := new(setting.UnknownError); errors.As(err, &u) {
		fmt.Fprintf(&p.out, "hint: %s\n", u.Hint())
	}
}

func (p *play) start(d *datadriven.TestData) {
	apply := func(name string) func(string) {
		return func(text string) { fmt.Fprintf(&p.out, "apply %s = %q\n", name, text) }
	}
	number := func(text string) (string, error) {
		n, err := strconv.Atoi(text)
		if err != nil {
			return "", fmt.Errorf("%q is not a number", text)
		}
		return strconv.Itoa(n), nil
	}
	p.limit = func(d *datadriven.TestData) setting.Definition {
		limit := setting.Definition{Name: "limit", Value: "1", Check: number, Apply: apply("limit")}
		if d.HasArg("given") {
			limit.Value, limit.Given = "7", "--limit=7 (command line)"
		}
		return limit
	}
	limit := p.limit(d)
	p.table = setting.New(p.store, []setting.Definition{limit, {
		Name: "words", Check: func(text string) (string, error) { return text, nil }, Apply: apply("words"),
	}, {
		Name: "sauce", Check: func(text string) (string, error) { return text, nil }, Inert: "there is nothing to pour", Secret: true,
	}})
	for _, r := range p.table.Load() {
		fmt.Fprintf(&p.out, "remembered %s = %q: %v\n", r.Name, r.Text, r.Err)
	}
}
