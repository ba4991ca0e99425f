package config

import (
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"memgraphd/internal/schedule"
	"memgraphd/internal/storage/temporal"
)

// Kind says which values a flag takes.
type Kind uint8

// The kinds of flags.
const (
	Text     Kind = iota // any text
	Bool                 // a switch
	Int                  // a whole number from Min to Max
	Float                // a number from Min to Max
	Choice               // one of Choices, in any case
	Address              // an IP address or a host name
	Schedule             // seconds or a cron expression, as package schedule reads them
	Pattern              // a regular expression, as package regexp reads them
	Zone                 // a time zone by its name
)

// String names the kind as the documentation does.
func (k Kind) String() string {
	switch k {
	case Text:
		return "text"
	case Bool:
		return "switch"
	case Int:
		return "whole number"
	case Float:
		return "number"
	case Choice:
		return "choice"
	case Address:
		return "address"
	case Schedule:
		return "schedule"
	case Pattern:
		return "pattern"
	case Zone:
		return "time zone"
	}
	return "unknown"
}

// Flag is one line of the flag table.
type Flag struct {
	Name    string            // with dashes
	Group   string            // the heading under which files and pages list it
	Kind    Kind              // which values it takes
	Default string            // as a user would write it
	Min     float64           // least number, Int and Float
	Max     float64           // greatest number, Int and Float
	Unit    string            // unit of a number, for messages
	Choices []string          // values of a Choice
	Refused map[string]string // values of a Choice that Memgraph takes, in lower case, and why they are not taken here
	Needed  bool              // a Text that may not be empty
	Secret  bool              // a Text that is shown to nobody
	Help    string            // one or more sentences

	// Unsupported says why a flag of Memgraph's has no effect here; empty for a flag that has one.
	Unsupported string
	// Fixed is the value, if any, that an unsupported flag has in effect: setting it to that is not worth a warning.
	Fixed string
}

// Wants describes the values that the flag takes, for messages and pages.
func (f *Flag) Wants() string {
	switch f.Kind {
	case Text:
		if f.Needed {
			return "a text that is not empty"
		}
		return "a text"
	case Bool:
		return "true or false"
	case Int, Float:
		article := "a whole number"
		if f.Kind == Float {
			article = "a number"
		}
		text := fmt.Sprintf("%s from %s to %s", article, number(f.Min), number(f.Max))
		if f.Unit != "" {
			text += " (" + f.Unit + ")"
		}
		return text
	case Choice:
		return "one of " + strings.Join(f.Choices, ", ")
	case Address:
		return "an IP address or a host name"
	case Schedule:
		return schedule.Wants
	case Pattern:
		return "a regular expression, in the syntax of RE2"
	case Zone:
		return "a time zone of IANA's, as Europe/Berlin, or UTC"
	}
	return ""
}

// Canonical checks a value as a user wrote it and returns it in the form that viper's getters read.
func (f *Flag) Canonical(text string) (string, error) {
	ok := false
	switch f.Kind {
	case Text:
		ok = !strings.ContainsRune(text, 0) && (text != "" || !f.Needed)
	case Bool:
		text, ok = canonicalBool(text)
	case Int:
		n, err := strconv.ParseInt(text, 10, 64)
		if ok = err == nil && float64(n) >= f.Min && float64(n) <= f.Max; ok {
			text = strconv.FormatInt(n, 10)
		}
	case Float:
		x, err := strconv.ParseFloat(text, 64)
		ok = err == nil && !math.IsNaN(x) && x >= f.Min && x <= f.Max
	case Choice:
		if reason := f.Refused[strings.ToLower(text)]; reason != "" {
			return "", fmt.Errorf("%s is not supported: %s", text, reason)
		}
		for _, choice := range f.Choices {
			if strings.EqualFold(choice, text) {
				text, ok = choice, true
				break
			}
		}
	case Address:
		ok = validAddress(text)
	case Schedule:
		s, err := schedule.Parse(text)
		if err != nil {
			return "", err
		}
		text, ok = s.String(), true
	case Pattern:
		if _, err := regexp.Compile(text); err != nil {
			return "", fmt.Errorf("%q is not %s: %w", text, f.Wants(), err)
		}
		ok = true
	case Zone:
		_, err := temporal.LookupZone(text)
		ok = err == nil
	}
	if !ok && f.Secret {
		return "", fmt.Errorf("the value is not %s", f.Wants())
	}
	if !ok {
		return "", fmt.Errorf("%q is not %s", text, f.Wants())
	}
	return text, nil
}

// canonicalBool reads the words that gflags reads.
func canonicalBool(text string) (string, bool) {
	switch strings.ToLower(text) {
	case "1", "t", "true", "y", "yes":
		return "true", true
	case "0", "f", "false", "n", "no":
		return "false", true
	}
	return text, false
}

// validAddress reports whether text can be an address to listen at; whether it is one here shows at listening.
func validAddress(text string) bool {
	if _, err := netip.ParseAddr(text); err == nil {
		return true
	}
	if text == "" || len(text) > 253 || strings.Trim(text, "0123456789.") == "" {
		return false
	}
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.', r == '_':
		default:
			return false
		}
	}
	return true
}

// number writes a bound without an exponent.
func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// normal gives a flag's name as the table has it.
func normal(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), "_", "-")
}

// EnvName is the environment variable that sets the flag.
func (f *Flag) EnvName() string {
	return "MEMGRAPH_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
}

// Lookup returns the flag of a name, which may be written as on the command line, or nil.
func Lookup(name string) *Flag {
	name = normal(strings.TrimLeft(name, "-"))
	flags := Flags()
	for i := range flags {
		if flags[i].Name == name {
			return &flags[i]
		}
	}
	return nil
}

// Unknown returns the *UnknownFlagError of a name for which Lookup finds nothing.
func Unknown(name string) error {
	return newReader(Flags(), nil).unknown(normal(strings.TrimLeft(name, "-")))
}
