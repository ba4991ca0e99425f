// Package planner turns a bound query into a plan of operators.
//
// Clauses are planned in order, each on top of the rows of the one before. Within a
// MATCH the order is free: the patterns become a graph of nodes, relationships and
// predicates (pattern.go), an order is searched for that touches the fewest rows by the
// statistics of the Catalog (search.go, cost.go), and every predicate is put at the
// earliest place where all that it needs is there. Rules that look at the finished tree
// follow: eager barriers (eager.go), counting instead of enumerating (count.go), and the
// columns that each operator has to carry (live.go).
package planner

import (
	"context"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
)

// Plan makes the plan of q. Errors are *failure.Error.
//
// It ends early with the cause of ctx when that ends: to find an order for a large pattern
// takes time.
func Plan(ctx context.Context, q *ast.Query, info *sema.Info, cat Catalog) (*plan.Plan, error) {
	b := newBuilder(ctx, info, cat)
	p, err := b.query(q)
	if err == nil {
		err = b.interrupted() // what was found in a hurry then is no plan
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}
