package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"memgraphd/test/snb"
)

// counting is an engine that the social network of ../shared/data can be loaded into.
type counting interface {
	// network loads the files of a directory into the engine, apart from any other graph.
	network(dir string) (counter, error)
}

// counter is a client of such an engine.
type counter interface {
	// count sends a statement that returns one number.
	count(text string) (int64, error)
	// used is the processor time that the engine has taken.
	used() (time.Duration, error)
	close()
}

// otherCounts asks another engine the nine counts, as often as nineCounts asks ours. What it refuses, or
// answers otherwise, is said and passed over.
func (b *bench) otherCounts(ctx context.Context, e engine) error {
	data, ok := snb.Dir(b.root)
	into, can := e.(counting)
	if !ok || !can {
		return nil
	}
	var c counter
	took, err := timed(func() (err error) {
		c, err = into.network(data)
		return err
	})
	if err != nil {
		b.printf("%s, social network: refused: %.150s\n", b.engine, err)
		return nil
	}
	defer c.close()
	b.printf("\n%s, social network: loaded in %.1f s\n", b.engine, took.Seconds())
	worst := 0.0 // of our processor time to that of the engine
	for _, q := range snb.Counts() {
		if !wants(b.which, q.Name) || ctx.Err() != nil {
			continue
		}
		best, least, err := leastOf(c, q)
		if err != nil {
			b.printf("  %s refused: %.150s\n", q.Name, err)
			continue
		}
		b.printf("  %s %12d rows counted in %8.1f ms, %8.1f ms of processor time\n", q.Name, q.Answer, milliseconds(best), milliseconds(least))
		if ours, is := b.counted[q.Name]; is {
			worst = max(worst, float64(ours)/float64(least))
		}
	}
	if worst > 0 {
		b.reached("each of s1 to s9, of the other engine's processor time", worst, "the largest of the ratios, beside %s", b.engine)
	}
	return ctx.Err()
}

// leastOf asks three times for a count, fewer where that would take longer than patience, and returns the least time by
// the clock and of the processor.
func leastOf(c counter, q snb.Count) (best, least time.Duration, err error) {
	best, least = time.Hour, time.Hour
	for i := 0; i == 0 || i < 3 && time.Duration(i+1)*best < patience; i++ {
		before, err := c.used()
		if err != nil {
			return 0, 0, err
		}
		var n int64
		took, err := timed(func() (err error) {
			n, err = c.count(q.Text)
			return err
		})
		if err != nil {
			return 0, 0, err
		}
		if n != q.Answer {
			return 0, 0, fmt.Errorf("%d, want %d", n, q.Answer)
		}
		after, err := c.used()
		if err != nil {
			return 0, 0, err
		}
		best, least = min(best, took), min(least, after-before)
	}
	return best, least, nil
}

// network opens the program on a directory of its own.
func (e *processEngine) network(dir string) (counter, error) {
	apart := *e
	apart.data = filepath.Join(filepath.Dir(e.data), "network")
	c, err := apart.open()
	if err != nil {
		return nil, err
	}
	p := c.(*processConversation)
	if err = p.send(map[string]any{"network": dir}); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (c *processConversation) used() (time.Duration, error) { return cpuOf(c.cmd.Process.Pid) }

func (c *processConversation) count(text string) (int64, error) {
	answer, err := c.exchange(map[string]any{"count": text})
	if err != nil {
		return 0, err
	}
	var n int64
	if rest, ok := strings.CutPrefix(answer, "ok "); ok && json.Unmarshal([]byte(rest), &n) == nil {
		return n, nil
	}
	return 0, errors.New(answer)
}

// exchange sends a message and reads the line that answers it.
func (c *processConversation) exchange(message map[string]any) (string, error) {
	line, err := json.Marshal(message)
	if err != nil {
		return "", err
	}
	if _, err = c.to.Write(append(line, '\n')); err != nil {
		return "", err
	}
	answer, err := c.from.ReadString('\n')
	return strings.TrimSpace(answer), err
}
