package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadPassfile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "passfile")
	for _, c := range []struct{ text, user, password string }{
		{"ann:secret", "ann", "secret"},
		{"ann:secret\nmore", "ann", "secret"},
		{"ann:secret\r\n", "ann", "secret"},
		{`a\:b:c:d\:e`, "a:b", "c:d:e"},
		{`a\\:b\n`, `a\`, `b\n`},
		{"ann", "", ""},
		{"ann:", "", ""},
		{":secret", "", ""},
		{"", "", ""},
		{"a\x01:secret", "", ""},
		{"ann:" + strings.Repeat("x", passfileMax), "", ""},
	} {
		if err := os.WriteFile(name, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		user, password, err := readPassfile(name)
		if user != c.user || password != c.password || (err == nil) != (c.user != "") {
			t.Errorf("%q: %q %q %v", c.text, user, password, err)
		}
	}
	if _, _, err := readPassfile(name + "x"); err == nil {
		t.Error("there is no such file")
	}
}
