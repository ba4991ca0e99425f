package settings

import (
	"fmt"
	"strings"

	"memgraphd/internal/config"
	"memgraphd/internal/setting"
)

// inertSettings are those of Memgraph's that are remembered and do nothing here. Most have the flag of their name,
// which says what they take and why they do nothing.
func inertSettings(c *config.Config) []setting.Definition {
	named := []string{
		"cartesian-product-enabled", "debug-query-plans", "storage-gc-aggressive", "storage.omit_vector_index_properties_on_return",
		"organization.name",
	}
	var all []setting.Definition
	for _, name := range named {
		if d, ok := inertSetting(c, name); ok {
			all = append(all, d)
		}
	}
	anything := func(text string) (string, error) { return text, nil }
	return append(all, setting.Definition{Name: "enterprise.license", Check: anything, Inert: "there is nothing to license", Secret: true})
}

// inertSetting makes one of its flag. A flag that has come to have an effect has a setting elsewhere.
func inertSetting(c *config.Config, name string) (d setting.Definition, ok bool) {
	from := config.Lookup(strings.NewReplacer(".", "-", "_", "-").Replace(name))
	if from == nil || from.Unsupported == "" {
		return d, false
	}
	d = setting.Definition{Name: name, Value: from.Default, Check: from.Canonical, Inert: from.Unsupported, Secret: from.Secret}
	for i := range c.Ignored {
		if given := &c.Ignored[i]; given.Flag.Name == from.Name {
			d.Value, d.Given = given.Value, fmt.Sprintf("--%s=%s (%v)", from.Name, given.Shown(), given.Origin)
		}
	}
	return d, true
}
