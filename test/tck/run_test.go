package tck

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// database is where a scenario runs. It is empty at first.
type database interface {
	// run runs a statement in a transaction of its own and takes all its rows.
	run(ctx context.Context, text string, params map[string]any) (*rows, error)
	// fault tells what an error of run says to a client; ok is false where it is none of
	// the query's making.
	fault(err error) (f fault, ok bool)
	// close ends the use by a scenario.
	close(t *testing.T)
}

// patience bounds one scenario.
const patience = time.Minute

// play runs a scenario on db, which begins with the graph called graph.
func (s *scenario) play(ctx context.Context, db database, dir, graph string) (err error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if err = load(ctx, db, dir, graph); err != nil {
		return err
	}
	for _, text := range s.setup {
		if _, err = db.run(ctx, text, s.params); err != nil {
			return fmt.Errorf("setting up with\n%s\n%w", text, err)
		}
	}
	for _, c := range s.checks {
		if err = c.play(ctx, db, s.params); err != nil {
			return fmt.Errorf("%s\n%w", c.query, err)
		}
	}
	return nil
}

// load fills db with a graph.
func load(ctx context.Context, db database, dir, graph string) error {
	if graph == "empty" {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(dir, "graphs", graph, graph+".cypher"))
	if err != nil {
		return err
	}
	for statement := range strings.SplitSeq(string(text), ";") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err = db.run(ctx, statement, nil); err != nil {
			return fmt.Errorf("loading %s: %w", graph, err)
		}
	}
	return nil
}

// play runs one query, asks for its plan before, and looks at the graph around both.
func (c *check) play(ctx context.Context, db database, params map[string]any) error {
	before, err := look(ctx, db)
	if err != nil {
		return err
	}
	_, explained := db.run(ctx, "EXPLAIN "+c.query, params)
	got, failed := db.run(ctx, c.query, params)
	after, err := look(ctx, db)
	if err != nil {
		return err
	}
	effects := difference(before, after)
	if c.raised != nil {
		if err = c.raised.compare(db, failed, explained); err != nil {
			return err
		}
		return compareEffects(effects, nil)
	}
	switch {
	case failed != nil:
		return failed
	case explained != nil:
		return fmt.Errorf("EXPLAIN fails where the query does not: %w", explained)
	}
	if err = c.result.compare(got); err != nil {
		return err
	}
	if c.effects == nil {
		return nil
	}
	return compareEffects(effects, c.effects)
}
