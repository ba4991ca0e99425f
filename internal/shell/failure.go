package shell

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// place finds where in the statement an error is; the message says it in these words.
var place = regexp.MustCompile(`line (\d+), column (\d+)`)

// describe writes an error for the user: the place marked in the statement, if the error has one, then the
// message and the code.
func describe(err error, statement string) string {
	var server *neo4j.Neo4jError
	switch {
	case errors.Is(err, context.Canceled):
		return "ended by Ctrl-C"
	case errors.As(err, &server):
		return excerpt(statement, server.Msg) + server.Msg + "\n(" + server.Code + ")"
	case neo4j.IsConnectivityError(err):
		return "the connection is lost: " + err.Error()
	}
	return err.Error()
}

// excerpt returns the line of the statement that a message names, with a caret under the column, or "".
func excerpt(statement, message string) string {
	found := place.FindStringSubmatch(message)
	if found == nil {
		return ""
	}
	number, err := strconv.Atoi(found[1])
	if err != nil {
		return ""
	}
	column, err := strconv.Atoi(found[2])
	if err != nil {
		return ""
	}
	lines := strings.Split(statement, "\n")
	if number < 1 || number > len(lines) {
		return ""
	}
	line := strings.TrimRight(lines[number-1], "\r")
	runes := []rune(line)
	if column < 1 || column > len(runes)+1 {
		return ""
	}
	start, end := window(len(runes), column-1)
	pad := make([]byte, 0, end-start)
	for _, r := range runes[start : column-1] {
		if r == '\t' {
			pad = append(pad, '\t')
			continue
		}
		for range text.RuneWidth(r) {
			pad = append(pad, ' ')
		}
	}
	return string(runes[start:end]) + "\n" + string(pad) + "^\n"
}

// window chooses which part of a long line to show around at.
func window(length, at int) (start, end int) {
	const before, after = 60, 60
	return max(0, at-before), min(length, at+after)
}
