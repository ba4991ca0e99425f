// Package expr turns bound expressions into evaluators over batches of rows.
//
// Compile makes an immutable Evaluator of a tree. Evaluating fills one vector for all the
// rows of a batch that count, in the narrowest kind that comes without extra work, and
// asks the graph for whole columns of properties, labels or types at once. What a running
// statement needs besides (graph, parameters, clock, memory budget) and all scratch
// memory come in a Context, so that evaluating allocates nothing once it is warm, but for
// the lists, maps and strings that it makes.
//
// # Which rows may fail
//
// An expression is evaluated for the rows that need it and no others. The right side of
// AND and OR is evaluated where the left side does not decide, a branch of CASE where its
// condition holds, a later argument of coalesce where the earlier ones are null. A guard
// such as "x <> 0 AND 1/x > 2" is therefore safe. Parts without any variable are
// evaluated once a batch, and only where there is a row.
//
// # Expressions with variables of their own
//
// Comprehensions, quantifiers and reduce see a batch of their own: a row for each element
// of the lists of many outer rows, whose first columns are the local variables, followed
// by those columns of the outer batch that the inner expression uses, gathered by the row
// that each element came from. Package expr makes this layout itself while it compiles
// (see scope); it nests.
package expr
