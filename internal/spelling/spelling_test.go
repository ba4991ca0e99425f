package spelling

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	known := []string{
		"Europe/Stockholm", "Europe/Berlin", "Asia/Tokyo", "UTC", "name", "nome", "bolt-port", "bolt-address", "log-level",
		"storage-wal-enabled", "", strings.Repeat("x", 100),
	}
	for name, want := range map[string]string{
		"Europe/Stokholm":    "Europe/Stockholm",
		"europe/berlin":      "Europe/Berlin",
		"Europe/Belrin":      "Europe/Berlin",
		"Asia/Tokio":         "Asia/Tokyo",
		"utc":                "UTC",
		"naem":               "name",
		"bolt-prot":          "bolt-port",
		"boltport":           "bolt-port",
		"log-lvel":           "log-level",
		"storage-wal-enable": "storage-wal-enabled",
		"wal-enabled":        "",
		"Pacific/Honolulu":   "",
		"x":                  "",
		"":                   "",

		strings.Repeat("x", 99): "",
	} {
		if got := Nearest(name, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestEdits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"a", "", 1},
		{"", "ab", 2},
		{"abc", "acb", 1},
		{"abc", "abd", 1},
		{"kitten", "sitting", 3},
		{"a", strings.Repeat("a", 65), 65},
	} {
		if got := Edits(c.a, c.b); got != c.want {
			t.Errorf("Edits(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
