package query_test

import (
	"fmt"
	"strings"

	"memgraphd/internal/query"
	"memgraphd/internal/setting"
)

// withSettings gives the engine two settings; a flag was given for the second.
func withSettings(o *query.Options) {
	short := func(text string) (string, error) {
		if len(text) > 5 {
			return "", fmt.Errorf("%q is not a word of five letters at most", text)
		}
		return strings.ToLower(text), nil
	}
	nothing := func(string) {}
	o.Database = setting.New(o.Store, []setting.Definition{
		{Name: "test.word", Value: "first", Check: short, Apply: nothing},
		{Name: "test.given", Value: "flag", Given: "--test-given=flag (command line)", Check: short, Apply: nothing},
		{Name: "test.inert", Check: short, Inert: "nothing listens", Secret: true},
	})
}
