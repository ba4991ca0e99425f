package ast

import "memgraphd/internal/query/token"

// Clause is one clause of a query. The set of its types is closed.
type Clause interface {
	Span() token.Span
	clause()
}

// Clause nodes, in the order in which every switch lists them.
type (
	// Match is [OPTIONAL] MATCH pattern [hints] [WHERE cond].
	Match struct {
		Place
		Optional bool
		Pattern  *Pattern
		Hints    []Hint
		Where    Expr // nil when absent
	}
	// Unwind is UNWIND list AS x.
	Unwind struct {
		Place
		List Expr
		Var  *Variable
	}
	// LoadCSV is LOAD CSV FROM file WITH|NO HEADER [IGNORE BAD] [DELIMITER s] [QUOTE s] [NULLIF s] AS row,
	// or Neo4j's LOAD CSV [WITH HEADERS] FROM file AS row [FIELDTERMINATOR s], with EmptyNull.
	LoadCSV struct {
		Place
		File                     Expr
		Header                   bool
		EmptyNull                bool // an empty field that is not in quotes is null
		IgnoreBad                bool
		Delimiter, Quote, NullIf Expr // nil when absent
		Var                      *Variable
	}
	// Projection is WITH or RETURN.
	Projection struct {
		Place
		Return   bool
		Distinct bool
		Star     bool // "*" stands before Items
		Items    []*ProjectionItem
		OrderBy  []*SortItem
		Skip     Expr  // nil when absent
		Limit    Expr  // nil when absent
		Where    Expr  // WITH only; nil when absent
		Sugar    Sugar // the short form in which it was written
	}
	// Create is CREATE pattern.
	Create struct {
		Place
		Pattern *Pattern
	}
	// Merge is MERGE part [ON CREATE SET …] [ON MATCH SET …].
	Merge struct {
		Place
		Part     *PatternPart
		OnCreate []SetItem
		OnMatch  []SetItem
	}
	// Set is SET items.
	Set struct {
		Place
		Items []SetItem
	}
	// Remove is REMOVE items.
	Remove struct {
		Place
		Items []RemoveItem
	}
	// Delete is [DETACH] DELETE expressions.
	Delete struct {
		Place
		Detach bool
		Exprs  []Expr
	}
	// Foreach is FOREACH (x IN list | updating clauses).
	Foreach struct {
		Place
		Var  *Variable
		List Expr
		Body []Clause
	}
	// Finish is FINISH, which ends a query that returns nothing.
	Finish struct{ Place }
	// CallSubquery is [OPTIONAL] CALL [(imports)] { query } [IN TRANSACTIONS …].
	CallSubquery struct {
		Place
		Optional bool
		Scope    ImportScope
		Imports  []*Variable // of ImportListed
		Query    *Query
		Batches  *Batches // nil without IN TRANSACTIONS
	}
	// CallProcedure is [OPTIONAL] CALL name [(args)] [YIELD * | results [WHERE cond]].
	CallProcedure struct {
		Place
		Optional bool
		Name     Name // with its dots
		Implicit bool // no brackets: the arguments are the parameters of the same names
		Args     []Expr
		Star     bool // YIELD *
		Yields   []YieldItem
		Where    Expr // nil when absent
	}
)

func (*Match) clause()         {}
func (*Unwind) clause()        {}
func (*LoadCSV) clause()       {}
func (*Projection) clause()    {}
func (*Create) clause()        {}
func (*Merge) clause()         {}
func (*Set) clause()           {}
func (*Remove) clause()        {}
func (*Delete) clause()        {}
func (*Foreach) clause()       {}
func (*Finish) clause()        {}
func (*CallSubquery) clause()  {}
func (*CallProcedure) clause() {}

// YieldItem is result [AS alias] after YIELD; Var is the alias, or named as the result.
type YieldItem struct {
	Place
	Result Name
	Var    *Variable
}

// ImportScope says which variables a CallSubquery sees of the query around it.
type ImportScope uint8

// The ways to import variables.
const (
	ImportWith   ImportScope = iota // CALL { WITH a, b … }: what the first WITH of each part names
	ImportListed                    // CALL (a, b) { … }
	ImportAll                       // CALL (*) { … }
)

// Batches is IN [n CONCURRENT] TRANSACTIONS [OF n ROWS] [ON ERROR action] [REPORT STATUS AS x].
// The action is FAIL, BREAK or CONTINUE, or RETRY [[FOR] n SECONDS] [THEN action].
type Batches struct {
	Place
	Concurrent  bool
	Concurrency Expr // nil when absent
	Rows        Expr // nil when absent
	Retry       bool // a batch is tried again before OnError counts
	RetryFor    Expr // seconds; nil when absent
	OnError     ErrorAction
	Status      *Variable // nil when absent
}

// ErrorAction says what happens after a batch failed.
type ErrorAction uint8

// The actions of ON ERROR.
const (
	ErrorFail     ErrorAction = iota // the statement fails
	ErrorBreak                       // no further batch runs
	ErrorContinue                    // the other batches run
)

// String returns the word that follows ON ERROR.
func (a ErrorAction) String() string {
	switch a {
	case ErrorFail:
		return "FAIL"
	case ErrorBreak:
		return "BREAK"
	case ErrorContinue:
		return "CONTINUE"
	}
	return "unknown action"
}

// ProjectionItem is expr [AS alias]. Name is the column: the alias, or the verbatim text
// of the expression.
type ProjectionItem struct {
	Place
	Expr  Expr
	Alias *Variable // nil when absent
	Name  string
}

// SortItem is one key of ORDER BY.
type SortItem struct {
	Place
	Expr       Expr
	Descending bool
}

// SetKind tells the forms of SetItem apart.
type SetKind uint8

// The forms of SET.
const (
	SetProperty SetKind = iota // target.key = value; Target is *Property
	SetAll                     // target = map; Target is *Variable
	SetMerge                   // target += map; Target is *Variable
	SetLabels                  // target:A:B; Target is *Variable
	SetDynamic                 // target[key] = value; Target is *Subscript
)

// SetItem is one assignment of SET.
type SetItem struct {
	Place
	Kind   SetKind
	Target Expr
	Value  Expr      // nil for SetLabels
	Labels []Name    // SetLabels only
	Is     LabelExpr // SetLabels only: names that expressions give; nil when absent
}

// RemoveItem is one element of REMOVE: a property, a property whose name an expression
// gives, or labels of a variable.
type RemoveItem struct {
	Place
	Property *Property  // nil when something else is removed
	Dynamic  *Subscript // nil when something else is removed
	Target   Expr       // *Variable, with Labels and Is
	Labels   []Name
	Is       LabelExpr // names that expressions give; nil when absent
}
