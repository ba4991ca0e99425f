package main

import (
	"bytes"
	"strings"
	"testing"

	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/internal/config"
)

// TestUsage has every flag in the help, with what it does below it, in lines that a terminal holds.
func TestUsage(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"--help"}, &out, &errs); code != exit.OK || errs.Len() > 0 {
		t.Fatalf("code %d, %s", code, errs.String())
	}
	text := out.String()
	for _, f := range config.Flags() {
		if listed := strings.Contains(text, "\n  --"+f.Name+" ") || strings.Contains(text, "\n  --"+f.Name+"\n"); listed != (f.Unsupported == "") && f.Name != "version" {
			t.Errorf("--%s: listed is %t", f.Name, listed)
		}
	}
	port := `
  --bolt-port number
      Port to listen at for Bolt; 0 takes any free one and logs which. (default 7687)
`
	if !strings.Contains(text, port) || !strings.Contains(text, "\n  -h, --help\n      Print this text.\n") {
		t.Errorf("the help is\n%s", text)
	}
	for line := range strings.Lines(text) {
		if len(line) > 115 {
			t.Errorf("%d bytes: %s", len(line), line)
		}
	}
}
