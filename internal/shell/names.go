package shell

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Bounds of what completion asks the server.
const (
	namesMax     = 5000            // of each kind
	namesPause   = 5 * time.Second // between two questions for the same
	namesTimeMax = 2 * time.Second
)

// names are what a database has names for, as completion offers them.
type names struct {
	labels, types, keys, functions, procedures []string

	at time.Time // of the last question; zero: none was asked
}

// names returns the names of the database, and asks for them if the last answer is old and no transaction is open, which
// a question could end.
func (s *Shell) names() *names {
	now := s.o.Now()
	if !s.known.at.IsZero() && now.Sub(s.known.at) < namesPause || s.client.InTransaction() {
		return &s.known
	}
	s.known.at = now
	ctx, cancel := context.WithTimeout(context.Background(), namesTimeMax)
	defer cancel()
	for _, q := range []struct {
		to   *[]string
		text string
	}{
		{&s.known.labels, "CALL db.labels() YIELD label RETURN label"},
		{&s.known.types, "CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType"},
		{&s.known.keys, "CALL db.propertyKeys() YIELD propertyKey RETURN propertyKey"},
		{&s.known.functions, "CALL mg.functions() YIELD name RETURN name"},
		{&s.known.procedures, "CALL mg.procedures() YIELD name RETURN name"},
	} {
		if found, err := s.column(ctx, q.text); err == nil {
			*q.to = found
		}
	}
	return &s.known
}

// column returns the texts in the first column of a result, sorted.
func (s *Shell) column(ctx context.Context, text string) ([]string, error) {
	rows, err := s.client.Run(ctx, text, nil)
	if err != nil {
		return nil, err
	}
	var found []string
	for len(found) < namesMax {
		row, err := rows.Next(ctx)
		if err != nil {
			return nil, err
		}
		if row == nil {
			break
		}
		if name, ok := row[0].(string); ok {
			found = append(found, name)
		}
	}
	if _, err := rows.Summary(ctx); err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return found, nil
}
