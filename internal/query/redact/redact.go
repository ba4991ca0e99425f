// Package redact says what logs may tell of a statement: its text without passwords, its
// parameters by their names only, and errors without what was given as a parameter.
package redact

import (
	"strings"

	"memgraphd/internal/statement"
	"memgraphd/internal/storage/value"
)

// Bounds of what is told: what is longer is cut off.
const (
	textMax  = 16 << 10 // bytes
	nameMax  = 128      // bytes
	namesMax = 64
)

// Statement is the text of a statement as a log may have it.
func Statement(text string) string {
	return clip(statement.Masked(clip(text, textMax)), textMax)
}

// Reason is why a statement failed, without the parameters that the message quotes.
func Reason(message string, params value.Value) string {
	return withoutValues(clip(statement.Masked(message), textMax), params)
}

// Names are the names of parameters, whose values no log has.
func Names(params value.Value) (names []string) {
	if params.Kind() != value.KindMap {
		return nil
	}
	for i, e := range params.AsMap() {
		if i == namesMax {
			break
		}
		names = append(names, clip(e.Key, nameMax))
	}
	return names
}

// clip returns a text of at most most bytes that keeps no longer one in memory.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(strings.Clone(text[:most]), "") + "…"
}

// hiddenValuesMax bounds how many parameters, and what is in them, are looked for in a text.
const hiddenValuesMax = 1000

// withoutValues replaces the texts that were given as parameters.
func withoutValues(text string, params value.Value) string {
	h := hider{text: text, hidden: make([]bool, len(text)), left: hiddenValuesMax}
	h.hide(params)
	if h.left < 0 {
		return "" // one that was not looked at may be quoted
	}
	var b strings.Builder
	for i := range len(text) {
		switch {
		case !h.hidden[i]:
			b.WriteByte(text[i])
		case i == 0 || !h.hidden[i-1]:
			b.WriteString("****")
		}
	}
	return b.String()
}

// hider marks the bytes of a text that are those of a value.
type hider struct {
	text   string
	hidden []bool
	left   int // how many values are still looked at; negative: there were more
}

// hide marks v and what is in it, which is as deep as the decoder of messages allows.
func (h *hider) hide(v value.Value) {
	if h.left--; h.left < 0 {
		return
	}
	kind := v.Kind()
	if kind == value.KindString {
		h.mark(v.AsString())
	}
	if kind == value.KindList {
		for _, inner := range v.AsList() {
			h.hide(inner)
		}
	}
	if kind == value.KindMap {
		for _, e := range v.AsMap() {
			h.hide(e.Value)
		}
	}
}

func (h *hider) mark(secret string) {
	if secret == "" {
		return
	}
	for from := 0; ; {
		at := strings.Index(h.text[from:], secret)
		if at < 0 {
			return
		}
		from += at
		for i := range len(secret) {
			h.hidden[from+i] = true
		}
		from += len(secret)
	}
}
