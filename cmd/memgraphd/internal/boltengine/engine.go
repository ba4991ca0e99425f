// Package boltengine is the query engine as the server of Bolt wants it.
package boltengine

import (
	"context"

	"memgraphd/internal/bolt"
	"memgraphd/internal/bolt/message"
	"memgraphd/internal/query"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/value"
)

// Engine is the query engine as bolt wants it. The wrappers hold one pointer each, so that they cost nothing.
type Engine struct{ *query.Engine }

// NewSession opens a session.
func (e Engine) NewSession(o bolt.SessionOptions) bolt.Session {
	return session{e.Engine.NewSession(query.SessionOptions(o))}
}

type session struct{ *query.Session }

// Begin opens a transaction.
func (s session) Begin(ctx context.Context, o bolt.TxOptions) error {
	return s.Session.Begin(ctx, query.TxOptions(o))
}

// Run starts a statement.
func (s session) Run(ctx context.Context, text string, parameters value.Value, o bolt.TxOptions) (bolt.Result, error) {
	r, err := s.Session.Run(ctx, text, parameters, query.TxOptions(o))
	if err != nil {
		return nil, err
	}
	return result{r}, nil
}

type result struct{ *query.Result }

// Summary is what is known of the statement after its last row.
func (r result) Summary(m *message.Summary) {
	s := r.SummaryView()
	m.Last = s.Consumed.Milliseconds()
	m.Type, m.Database, m.Bookmark, m.Stats = s.Type, s.Database, s.Bookmark, message.Stats(s.Counters)
	m.Cost, m.Parsing, m.Planning, m.Execution = s.CostEstimate, s.ParsingTime, s.PlanningTime, s.ExecutionTime
	for _, n := range s.Notifications {
		m.Notifications = append(m.Notifications, notification(n))
	}
	switch {
	case s.Profile != nil:
		m.Plan = planMessage(s.Profile)
	case s.Plan != nil:
		m.Plan = planMessage(s.Plan)
	}
}

func notification(n query.Notification) message.Notification {
	m := message.Notification{
		Code: n.Code, Title: n.Title, Description: n.Description, Severity: n.Severity, Category: n.Category,
		Status: n.Status,
	}
	if n.Position != nil {
		m.Position = &message.Position{
			Offset: int64(n.Position.Offset), Line: int64(n.Position.Line), Column: int64(n.Position.Column),
		}
	}
	return m
}

// planMessage turns a plan into its form on the wire; a plan is as deep as its query, which the parser bounds.
func planMessage(t *plan.Tree) *message.Plan {
	m := &message.Plan{Operator: t.Operator, Identifiers: t.Identifiers}
	if t.Detail != "" {
		m.Arguments = append(m.Arguments, value.Entry{Key: "Details", Value: value.String(t.Detail)})
	}
	m.Arguments = append(m.Arguments, value.Entry{Key: "EstimatedRows", Value: value.Float(t.Estimate)})
	if t.Measured {
		m.Profile = &message.Profile{DBHits: t.Hits, Rows: t.Rows, Time: t.Time.Nanoseconds()}
	}
	for _, child := range t.Children {
		m.Children = append(m.Children, planMessage(child))
	}
	return m
}
