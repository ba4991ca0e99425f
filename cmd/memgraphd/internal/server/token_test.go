package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestToken reads files with tokens, good ones and others.
func TestToken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for text, want := range map[string]string{
		"0123456789abcdef\n": "", "short\n": "at least 16 characters", "two words that are long\n": "in one word",
		strings.Repeat("x", tokenFileMax+1): "too large",
	} {
		name := filepath.Join(dir, "token")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		token, err := readToken(name)
		if want == "" {
			if err != nil || token != strings.TrimSpace(text) {
				t.Errorf("%q: %q, %v", text, token, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--metrics-token-file") {
			t.Errorf("%.30q: %v", text, err)
		}
	}
	if _, err := readToken(filepath.Join(dir, "none")); err == nil {
		t.Error("a file that is not there has a token")
	}
	if token, err := readToken(""); token != "" || err != nil {
		t.Errorf("without a file: %q, %v", token, err)
	}
}
