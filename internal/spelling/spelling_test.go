package spelling

import "testing"

func TestNearest(t *testing.T) {
	known := []string{"Europe/Stockholm", "Europe/Berlin", "Asia/Tokyo", "UTC", "name", "nome"}
	for name, want := range map[string]string{
		"Europe/Stokholm":  "Europe/Stockholm",
		"europe/berlin":    "Europe/Berlin",
		"Europe/Belrin":    "Europe/Berlin",
		"Asia/Tokio":       "Asia/Tokyo",
		"utc":              "UTC",
		"naem":             "name",
		"Pacific/Honolulu": "",
		"":                 "",
	} {
		if got := Nearest(name, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
	if got := Nearest(string(make([]byte, 1000)), known); got != "" {
		t.Errorf("a long name is near %q", got)
	}
}
