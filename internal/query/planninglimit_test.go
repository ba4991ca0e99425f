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
