package query_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// hardToPlan is a query whose plan takes long to find.
func hardToPlan() string {
	var b strings.Builder
	for m := range 4 {
		b.WriteString(" MATCH ")
		for i := range 900 {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "(m%dn%d:L%d)-[:T]->(m%dn%d)", m, i, i%7, m, i+1)
		}
	}
	b.WriteString(" RETURN 1")
	return b.String()
}

// TestPlanningEnds holds that what is planned for long ends with an interruption, with the
// context of the call, and with the time limit.
func TestPlanningEnds(t *testing.T) {
	e := open(t, nil)
	text := hardToPlan()
	for _, c := range []struct {
		how    string
		detail string
		o      query.TxOptions
		end    func(s *query.Session, cancel func())
	}{
		{"interrupt", "Terminated", query.TxOptions{}, func(s *query.Session, _ func()) { s.Interrupt() }},
		{"context", "", query.TxOptions{}, func(_ *query.Session, cancel func()) { cancel() }},
		{"limit", "TransactionTimedOut", query.TxOptions{Timeout: 100 * time.Millisecond}, func(*query.Session, func()) {}},
	} {
		for _, explicit := range []bool{false, true} {
			t.Run(fmt.Sprint(c.how, " ", explicit), func(t *testing.T) {
				s := e.NewSession(query.SessionOptions{ID: "a"})
				defer s.Close()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if explicit {
					if err := s.Begin(ctx, c.o); err != nil {
						t.Fatal(err)
					}
				}
				timer := time.AfterFunc(100*time.Millisecond, func() { c.end(s, cancel) })
				defer timer.Stop()
				began := time.Now()
				_, err := s.Run(ctx, text, value.Null, c.o)
				took := time.Since(began)
				f := failure.Of(err)
				if err == nil || c.detail != "" && (f == nil || f.Detail != c.detail) {
					t.Errorf("got %v", err)
				}
				if took > 2*time.Second { // left alone it takes much longer; e2e holds the 100 ms, where nothing else runs
					t.Errorf("it took %s", took)
				}
				s.Reset()
				if _, err := drain(t, s, "RETURN 1"); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestBookmarks holds which bookmarks are waited for.
func TestBookmarks(t *testing.T) {
	e := open(t, func(o *query.Options) { o.QueryTimeout = func() time.Duration { return time.Minute } })
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	if err := s.Begin(t.Context(), query.TxOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := drain(t, s, "CREATE (:A)"); err != nil {
		t.Fatal(err)
	}
	mark, err := s.Commit(t.Context())
	if err != nil || mark == "" {
		t.Fatal(mark, err)
	}
	for _, c := range []struct{ mark, detail string }{
		{mark, ""},
		{mark + "0", "InvalidBookmark"}, // a commit that is still to come, or of before a restore
		{"memgraphd:18446744073709551615", "InvalidBookmark"},
		{"FB:kcwQ/wTfJf8rS1WY+GiIKXsCXgmQ", "InvalidBookmark"},
		{"", "InvalidBookmark"},
	} {
		began := time.Now()
		err := s.Begin(t.Context(), query.TxOptions{Bookmarks: []string{mark, c.mark}})
		switch f := failure.Of(err); {
		case c.detail == "" && err != nil, c.detail != "" && (f == nil || f.Detail != c.detail):
			t.Errorf("%q: %v", c.mark, err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("%q: it took %s", c.mark, took)
		}
		s.Reset()
	}
}
