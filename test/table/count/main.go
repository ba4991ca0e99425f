// Command count reads what go test -v writes and adds one row to the table: a state per
// test that passed, or per execution of a fuzz target.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"memgraphd/test/table"
)

func main() {
	if err := run(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var executions = regexp.MustCompile(`^fuzz: elapsed: .* execs: (\d+) `)

func run() error {
	test := flag.String("test", "", "number in the catalogue")
	what := flag.String("what", "", "what was done")
	flag.Parse()
	row := table.Row{Test: *test, What: *what}
	began := time.Now()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	failed, target := false, int64(0)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		switch m := executions.FindStringSubmatch(line); {
		case m != nil:
			n, err := strconv.ParseInt(m[1], 10, 64)
			if err != nil {
				return err
			}
			if n < target { // the next one has begun
				target = 0
			}
			row.States += n - target
			target = n
		case strings.HasPrefix(line, "--- PASS: Test"):
			row.States++
		case strings.HasPrefix(line, "--- FAIL"), strings.HasPrefix(line, "FAIL"), strings.HasPrefix(line, "panic:"):
			failed = true
			_, _ = fmt.Fprintln(os.Stderr, line)
			if strings.HasPrefix(line, "--- FAIL") {
				row.Undetected++
			}
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	row.Took = time.Since(began)
	if err := row.Append(); err != nil {
		return err
	}
	_, _ = fmt.Fprint(os.Stdout, table.Header(), row)
	if failed || row.States == 0 {
		return fmt.Errorf("%s: failed, or nothing ran", *test)
	}
	return nil
}
