package sema

import (
	"slices"
	"strconv"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/spelling"
	"memgraphd/internal/storage/value"
)

// Procedures is a catalogue of procedures.
type Procedures interface {
	// Procedure finds a procedure by its name.
	Procedure(name string) (Procedure, bool)
	// Names lists the procedures, for suggestions.
	Names() []string
}

// Procedure is what Analyze needs to know of a procedure.
type Procedure struct {
	Name    string
	Args    []Argument
	Results []Result // none: each call passes its row on
	Writes  bool     // it changes the graph
}

// Argument is one argument of a procedure.
type Argument struct {
	Name     string
	Type     Type
	Optional bool
	Default  value.Value // of an optional one that is not given
}

// Result is one column of what a procedure returns.
type Result struct {
	Name string
	Type Type
}

// Call is what sema found about a call of a procedure.
type Call struct {
	Procedure Procedure
	// Args are the arguments in order; those that are not written are made by sema.
	Args []ast.Expr
	// Yields are the results that are used, in the order in which they are named.
	Yields []Yield
	// Standalone tells that the call is all of its query, so that Yields are its columns.
	Standalone bool
}

// Yield is a variable that holds a result.
type Yield struct {
	Result int // its number in Procedure.Results
	Symbol *Symbol
}

// columns returns the names of the columns of a call on its own; nil where it has none.
func (c *Call) columns() []string {
	var names []string
	for _, y := range c.Yields {
		names = append(names, y.Symbol.Name)
	}
	return names
}

// lookup finds the procedure that c calls.
func (a *analyzer) lookup(c *ast.CallProcedure) (Procedure, bool) {
	if a.o.Procedures == nil {
		return Procedure{}, false
	}
	return a.o.Procedures.Procedure(c.Name.Text)
}

// returnsNothing reports whether c calls a procedure without results.
func (a *analyzer) returnsNothing(c *ast.CallProcedure) bool {
	p, ok := a.lookup(c)
	return !ok || len(p.Results) == 0 // an unknown one is reported where it is called
}

// endsQuery reports whether a query of n clauses may end with c because it calls a procedure
// that returns nothing, or nothing but its own columns.
func (a *analyzer) endsQuery(c ast.Clause, n int, in inquiry) bool {
	call, ok := c.(*ast.CallProcedure)
	return ok && (n == 1 && in.name == "" || a.returnsNothing(call))
}

// callProcedure analyses the call of a procedure and returns the columns of one that is
// all of its query.
func (a *analyzer) callProcedure(c *ast.CallProcedure, sc *scope, standalone bool) []string {
	p, ok := a.lookup(c)
	if !ok {
		a.unknownProcedure(c)
		return nil
	}
	call := &Call{Procedure: p, Standalone: standalone}
	a.info.Calls[c] = call
	a.info.Reads = true
	a.info.Writes = a.info.Writes || p.Writes
	a.wrote = a.wrote || p.Writes
	if p.Writes && a.reading != "" {
		a.fail(c.At, failure.Syntax("InvalidClauseComposition", "%s() changes the graph and cannot be called inside %s", p.Name, a.reading))
	}
	if !standalone {
		a.inQuery(c)
	}
	a.arguments(c, call, sc)
	a.yields(c, call, sc)
	a.predicate(c.Where, sc)
	if !standalone || a.err != nil {
		return nil
	}
	return call.columns()
}

func (a *analyzer) unknownProcedure(c *ast.CallProcedure) {
	err := failure.New(failure.ProcedureError, failure.CompileTime, "ProcedureNotFound",
		"there is no procedure `%s`", c.Name.Text)
	name := ""
	if a.o.Procedures != nil {
		name = spelling.Nearest(c.Name.Text, a.o.Procedures.Names())
	}
	if name != "" {
		err = err.WithHint("did you mean %s()?", name)
	} else if what := absentProcedures(c.Name.Text); what != "" {
		err = err.WithHint("this version has no %s", what)
	} else {
		err = err.WithHint("CALL mg.procedures() lists those that exist")
	}
	a.fail(c.Name.At, err)
}

// absentProcedures returns what a procedure of others belongs to that does not exist here, or "".
func absentProcedures(name string) string {
	name = strings.ToLower(name)
	for _, absent := range [][2]string{
		{"db.index.vector.", "vector indexes"},
		{"vector_search.", "vector indexes"},
		{"db.create.setvectorproperty", "vector indexes"},
		{"db.create.setnodevectorproperty", "vector indexes"},
		{"db.index.fulltext.", "text indexes"},
		{"text_search.", "text indexes"},
		{"gds.", "library of graph algorithms"},
		{"apoc.", "more of APOC than the merge, meta and schema procedures that mg.procedures() lists"},
	} {
		if strings.HasPrefix(name, absent[0]) {
			return absent[1]
		}
	}
	return ""
}

// inQuery refuses the short forms that only a call on its own may have.
func (a *analyzer) inQuery(c *ast.CallProcedure) {
	switch {
	case c.Implicit:
		a.fail(c.At, failure.Syntax("InvalidArgumentPassingMode", "a call among other clauses needs its arguments in brackets").
			WithHint("write CALL %s(…); only a call on its own takes the parameters of the same names", c.Name.Text))
	case c.Star && !a.yieldsAll:
		a.fail(c.At, failure.Syntax("UnexpectedSyntax", "expected the names of results after YIELD, found '*'").
			WithHint("YIELD * is for a call on its own, and before RETURN *; name the results among other clauses"))
	}
}

// returnsAll reports whether clauses are RETURN * and nothing else, before which a call may
// YIELD * because all of its results are columns.
func returnsAll(clauses []ast.Clause) bool {
	if len(clauses) != 1 {
		return false
	}
	p, ok := clauses[0].(*ast.Projection)
	return ok && p.Return && p.Star
}

// arguments analyses what is given to the procedure.
func (a *analyzer) arguments(c *ast.CallProcedure, call *Call, sc *scope) {
	p := &call.Procedure
	given := c.Args
	if c.Implicit {
		a.info.Implicit = true
		for _, arg := range p.Args {
			if !arg.Optional {
				given = append(given, &ast.Param{Place: c.Name.Place, Name: arg.Name})
			}
		}
	}
	least := 0
	for least < len(p.Args) && !p.Args[least].Optional {
		least++
	}
	if len(given) < least || len(given) > len(p.Args) {
		a.fail(c.At, failure.Syntax("InvalidNumberOfArguments", "%s() takes %s, but got %d",
			p.Name, numberOf(least, len(p.Args)), len(given)))
		return
	}
	for i, e := range given {
		s := a.expr(e, sc, context{noAggregates: "CALL"})
		a.expect(e, s, p.Args[i].Type, "argument `"+p.Args[i].Name+"` of "+p.Name+"()")
	}
	call.Args = given
	for _, arg := range p.Args[len(given):] {
		call.Args = append(call.Args, &ast.Literal{Place: c.Place, Value: arg.Default})
	}
}

// numberOf says how many arguments there may be.
func numberOf(least, most int) string {
	text := strconv.Itoa(least)
	if most > least {
		text += " to " + strconv.Itoa(most)
	}
	if text == "1" {
		return text + " argument"
	}
	return text + " arguments"
}

// yields defines the variables that hold results. A call on its own has all of them
// unless it names some.
func (a *analyzer) yields(c *ast.CallProcedure, call *Call, sc *scope) {
	for i, r := range call.Procedure.Results {
		if c.Star || call.Standalone && len(c.Yields) == 0 {
			v := &ast.Variable{Place: c.Place, Name: r.Name}
			a.yield(call, sc, v, i)
		}
	}
	for _, item := range c.Yields {
		at := -1
		for i, r := range call.Procedure.Results {
			if r.Name == item.Result.Text {
				at = i
			}
		}
		if at < 0 {
			a.unknownResult(item, &call.Procedure)
			return
		}
		a.yield(call, sc, item.Var, at)
	}
}

func (a *analyzer) yield(call *Call, sc *scope, v *ast.Variable, result int) {
	s := a.definePlain(sc, v)
	s.Type = call.Procedure.Results[result].Type
	call.Yields = append(call.Yields, Yield{Result: result, Symbol: s})
}

func (a *analyzer) unknownResult(item ast.YieldItem, p *Procedure) {
	var names []string
	for _, r := range p.Results {
		names = append(names, r.Name)
	}
	err := failure.Syntax("UnknownProcedureResult", "%s() has no result `%s`", p.Name, item.Result.Text)
	if name := spelling.Nearest(item.Result.Text, names); name != "" {
		err = err.WithHint("did you mean `%s`?", name)
	} else {
		err = err.WithHint("its results are: %s", list(names))
	}
	a.fail(item.At, err)
}

// unyielded reports whether name is a result of a procedure that is called without YIELD.
func (a *analyzer) unyielded(name string) bool {
	for c, call := range a.info.Calls {
		named := func(r Result) bool { return r.Name == name }
		if len(c.Yields) == 0 && slices.ContainsFunc(call.Procedure.Results, named) {
			return true
		}
	}
	return false
}
