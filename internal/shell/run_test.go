package shell

import "testing"

// TestNotified joins the title and the description of a notification.
func TestNotified(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ title, description, want string }{
		{"Created index :Person(name).", "", "Created index :Person(name)."},
		{"The name `u` is not kept.", "it is dropped by what it demands", "The name `u` is not kept: it is dropped by what it demands"},
	} {
		if got := notified(test.title, test.description); got != test.want {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
}

// TestSpoken knows the words of other shells, alone.
func TestSpoken(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"help": ":help", " Exit;\n": ":quit", "quit": ":quit", "MATCH (n)\nexit": "", "": "", "help me": "", "RETURN 1;": "",
	} {
		if got := spoken(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
