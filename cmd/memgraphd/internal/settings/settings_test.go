package settings

import (
	"os"
	"strings"
	"testing"

	"memgraphd/internal/config"
)

// TestSettingsPage holds docs/configure.md to the settings that there are.
func TestSettingsPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../../docs/configure.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "## Settings that change while the server runs")
	text, _, _ = strings.Cut(text, "\n## ")
	all := new(InForce).Definitions(config.Defaults(), Owners{})
	if len(all) < 20 {
		t.Errorf("there are only %d settings", len(all))
	}
	for _, d := range all {
		if !strings.Contains(text, "`"+d.Name+"`") {
			t.Errorf("docs/configure.md does not have the setting %s", d.Name)
		}
		if flag := FlagOf(d.Name); flag != "" && config.Lookup(flag) == nil {
			t.Errorf("the setting %s has the flag %s, which there is not", d.Name, flag)
		} else if checked, err := d.Check(d.Value); err != nil || checked != d.Value {
			t.Errorf("%s is %q by default, which becomes %q, %v", d.Name, d.Value, checked, err)
		}
	}
}
