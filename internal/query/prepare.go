package query

import (
	"context"
	"time"

	"memgraphd/internal/query/access"
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/exec"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/function"
	"memgraphd/internal/query/parser"
	"memgraphd/internal/query/planner"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/spelling"
	"memgraphd/internal/storage/value"
)

// statement is a text made ready: a program with its literals, or an administration
// statement.
type statement struct {
	prepared *prepared
	literals []value.Value
	admin    ast.Statement // set where prepared is nil
	parsing  time.Duration
	planning time.Duration
}

// prepare parses, analyses and plans text, or finds what was kept of an earlier time, which
// counts as no time at all. begin is now. Work that may take long is done in the context
// that patience returns. It refuses what rights, of which nil are all, do not allow: plans are
// shared, so they are asked about each time.
func (e *Engine) prepare(
	text string, params value.Value, begin time.Time, rights *auth.Rights, patience func() (context.Context, func()),
) (statement, error) {
	c := conditions{
		epoch: e.o.Store.SchemaEpoch(), names: e.o.Store.NameCount(),
		nodes: e.o.Store.NodeCount(), params: params,
	}
	if st, ok := e.plans.find(text, &c); ok {
		return st, require(rights, st.prepared.needs)
	}
	key, literals, strippable := parser.Strip(text)
	if strippable {
		if entry, p := e.plans.get(key, &c); p != nil {
			e.plans.note(text, literals, entry)
			return statement{prepared: p, literals: literals}, require(rights, p.needs)
		}
	}
	ctx, stop := patience()
	defer stop()
	tree, err := parser.Parse(text, parser.Options{AutoLiterals: strippable, Interrupted: causeOf(ctx)})
	if err != nil {
		return statement{}, err
	}
	parsed := e.o.Now()
	needs := access.Needs(tree, e.procedures)
	if err = require(rights, needs); err != nil {
		return statement{}, err
	}
	q, ok := tree.(*ast.Query)
	if !ok {
		return statement{admin: tree, parsing: parsed.Sub(begin)}, nil
	}
	p, err := e.plan(ctx, q, c)
	if err != nil {
		return statement{}, err
	}
	e.tally.plans.Add(1)
	p.text, p.needs = text, needs
	if strippable && q.Mode == ast.Run {
		e.plans.put(key, p, &c)
	}
	return statement{
		prepared: p, literals: literals,
		parsing: parsed.Sub(begin), planning: e.o.Now().Sub(parsed),
	}, nil
}

// causeOf returns what tells why ctx has ended, nil while it has not.
func causeOf(ctx context.Context) func() error {
	return func() error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return nil
	}
}

// plan analyses and plans a query.
func (e *Engine) plan(ctx context.Context, q *ast.Query, c conditions) (*prepared, error) {
	info, err := sema.Analyze(q, sema.Options{
		Functions: function.Signatures, Procedures: e.procedures, Enums: e.catalogue, Interrupted: causeOf(ctx),
	})
	if err != nil {
		return nil, err
	}
	physical, err := planner.Plan(ctx, q, info, exec.NewCatalog(e.o.Store))
	if err != nil {
		return nil, err
	}
	program, err := exec.Prepare(physical, exec.Options{
		Store: e.o.Store, BatchSize: e.o.BatchSize, Workers: e.workers, Procedures: e.procedures, Catalogue: e.catalogue,
	})
	if err != nil {
		return nil, err
	}
	p := &prepared{query: q, info: info, program: program, epoch: c.epoch, names: c.names, nodes: c.nodes}
	p.cost, p.prompt, p.write = program.Tree().Cost(), p.promptOf(), p.promptWriteOf()
	for _, name := range info.Params {
		p.params = append(p.params, paramKind(c.params, name))
	}
	return p, nil
}

// checkParams refuses a statement whose parameters were not given.
func checkParams(info *sema.Info, params value.Value) error {
	for _, name := range info.Params {
		if !params.IsNull() {
			if _, ok := params.Field(name); ok {
				continue
			}
		}
		err := failure.New(failure.ParameterMissing, failure.CompileTime, "MissingParameter",
			"parameter $%s was not given", name).At(info.ParamPlaces[name]).WithHint("pass it with the statement")
		if given := nearestParam(name, params); given != "" {
			err = err.WithHint("did you mean $%s, which was?", given)
		}
		return err
	}
	return nil
}

// nearestParam returns the given parameter that name may have meant, or "".
func nearestParam(name string, params value.Value) string {
	if params.IsNull() {
		return ""
	}
	names := make([]string, 0, len(params.AsMap()))
	for _, e := range params.AsMap() {
		names = append(names, e.Key)
	}
	return spelling.Nearest(name, names)
}
