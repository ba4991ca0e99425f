package access

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/procedure"
)

// Needs returns the privileges that a statement needs, and the procedures that it calls. EXPLAIN
// and PROFILE need those of their query.
func Needs(st ast.Statement, procedures *procedure.Registry) auth.Privileges {
	switch st := st.(type) {
	case *ast.Query:
		n := needing{procedures: procedures}
		n.query(st)
		return n.found
	case *ast.IndexStatement:
		return auth.PrivilegesOf(auth.Index)
	case *ast.ConstraintStatement:
		return auth.PrivilegesOf(auth.Constraint)
	case *ast.Admin:
		return NeedsOfVerb(st.Verb)
	case *ast.Show:
		n := needing{found: Needs(st.Of, procedures), procedures: procedures}
		for _, c := range []*ast.Projection{st.With, st.Return} {
			if c != nil {
				n.projection(c)
			}
		}
		return n.found
	case *ast.TransactionControl:
		return 0
	case *ast.TerminateTransactions:
		return 0 // one's own; of others it needs TRANSACTION_MANAGEMENT
	case *ast.EnumStatement:
		return needsOfEnum(st.Verb)
	case *ast.DescriptionStatement:
		return auth.PrivilegesOf(auth.ServerSideDescriptions)
	case *ast.SessionStatement:
		return 0 // it changes what is logged of oneself
	case *ast.StandingStatement:
		return needsOfStanding(st)
	case *ast.SettingStatement:
		return auth.PrivilegesOf(auth.Config)
	case *ast.BackupStatement, *ast.RecoverSnapshot:
		return auth.PrivilegesOf(auth.Durability)
	case *ast.UserStatement:
		if st.User == nil {
			return 0 // one's own password
		}
		return auth.PrivilegesOf(auth.Auth)
	case *ast.RoleStatement, *ast.PrivilegeStatement, *ast.ShowAuth:
		return auth.PrivilegesOf(auth.Auth)
	}
	return auth.Every
}

// NeedsOfVerb returns the privileges that a statement without operands needs.
func NeedsOfVerb(v ast.AdminVerb) auth.Privileges {
	switch v {
	case ast.CreateSnapshot, ast.ShowSnapshots, ast.ShowNextSnapshot, ast.LockDataDirectory, ast.UnlockDataDirectory,
		ast.DataDirectoryLockStatus, ast.ShowRecoveryInfo:
		return auth.PrivilegesOf(auth.Durability)
	case ast.ShowIndexInfo, ast.ShowIndexes, ast.ShowVectorIndexInfo, ast.ShowNodeLabelsInfo, ast.ShowEdgeTypesInfo:
		return auth.PrivilegesOf(auth.Index)
	case ast.ShowConstraintInfo, ast.ShowConstraints:
		return auth.PrivilegesOf(auth.Constraint)
	case ast.ShowStorageInfo, ast.ShowVersion, ast.ShowBuildInfo, ast.ShowMetricsInfo, ast.ShowActiveUsers,
		ast.ShowSchemaInfo, ast.ShowMemoryInfo:
		return auth.PrivilegesOf(auth.Stats)
	case ast.ShowConfig, ast.ShowDatabaseSettings, ast.ShowSettings, ast.ShowLicenseInfo:
		return auth.PrivilegesOf(auth.Config)
	case ast.FreeMemory:
		return auth.PrivilegesOf(auth.FreeMemory)
	case ast.ReloadTLS:
		return auth.PrivilegesOf(auth.ReloadTLS)
	case ast.ShowFunctions, ast.ShowProcedures:
		return auth.PrivilegesOf(auth.ModuleRead)
	case ast.ShowTriggers:
		return auth.PrivilegesOf(auth.Trigger)
	case ast.ShowStreams:
		return auth.PrivilegesOf(auth.Stream)
	case ast.ShowReplicas, ast.ShowReplicationRole:
		return auth.PrivilegesOf(auth.Replication)
	case ast.ShowDatabases, ast.ShowNamedDatabase:
		return auth.PrivilegesOf(auth.MultiDatabaseUse)
	case ast.ShowDescriptions:
		return auth.PrivilegesOf(auth.ServerSideDescriptions)
	case ast.DumpDatabase:
		return auth.PrivilegesOf(auth.Dump)
	case ast.ShowUsers, ast.ShowRoles:
		return auth.PrivilegesOf(auth.Auth)
	case ast.ShowTransactions: // one's own; of others it needs TRANSACTION_MANAGEMENT
		return 0
	case ast.ShowDatabase, ast.ShowEnums, ast.ShowCurrentUser, ast.ShowCurrentRole:
		return 0
	}
	return auth.Every
}

func needsOfStanding(st *ast.StandingStatement) auth.Privileges {
	switch {
	case st.Scope != "":
		return auth.PrivilegesOf(auth.Config)
	case st.Database != nil:
		return auth.PrivilegesOf(auth.MultiDatabaseUse)
	}
	return auth.PrivilegesOf(auth.StorageMode)
}

func needsOfEnum(v ast.EnumVerb) auth.Privileges {
	switch v {
	case ast.CreateEnum, ast.AddEnumValue, ast.UpdateEnumValue:
		return auth.PrivilegesOf(auth.Create)
	case ast.RemoveEnumValue, ast.DropEnum:
		return auth.PrivilegesOf(auth.Delete)
	}
	return auth.Every
}

// needing gathers what the clauses of a query need. The depth of the tree is bounded by the
// parser.
type needing struct {
	found      auth.Privileges
	procedures *procedure.Registry
}

func (n *needing) add(list ...auth.Privilege) { n.found |= auth.PrivilegesOf(list...) }

func (n *needing) query(q *ast.Query) {
	for _, part := range q.Parts {
		for _, c := range part.Clauses {
			n.clause(c)
		}
	}
}

func (n *needing) clause(c ast.Clause) {
	switch c := c.(type) {
	case *ast.Match:
		n.add(auth.Match)
		n.pattern(c.Pattern)
		n.exprs(c.Where)
	case *ast.Unwind:
		n.exprs(c.List)
	case *ast.LoadCSV:
		n.add(auth.ReadFile)
		n.exprs(c.File, c.Delimiter, c.Quote, c.NullIf)
	case *ast.Projection:
		n.projection(c)
	case *ast.Create:
		n.add(auth.Create)
		n.pattern(c.Pattern)
	case *ast.Merge:
		n.add(auth.Merge)
		n.part(c.Part)
		n.setItems(c.OnCreate)
		n.setItems(c.OnMatch)
	case *ast.Set:
		n.add(auth.Set)
		n.setItems(c.Items)
	case *ast.Remove:
		n.add(auth.Remove)
		n.removeItems(c.Items)
	case *ast.Delete:
		n.add(auth.Delete)
		n.exprs(c.Exprs...)
	case *ast.Foreach:
		n.exprs(c.List)
		for _, inner := range c.Body {
			n.clause(inner)
		}
	case *ast.Finish:
	case *ast.CallSubquery:
		n.query(c.Query)
		if b := c.Batches; b != nil {
			n.exprs(b.Concurrency, b.Rows, b.RetryFor)
		}
	case *ast.CallProcedure:
		if p, ok := n.procedures.Lookup(c.Name.Text); ok {
			n.found |= p.Needs()
		}
		n.exprs(c.Args...)
		n.exprs(c.Where)
	}
}

func (n *needing) projection(c *ast.Projection) {
	for _, item := range c.Items {
		n.exprs(item.Expr)
	}
	for _, key := range c.OrderBy {
		n.exprs(key.Expr)
	}
	n.exprs(c.Skip, c.Limit, c.Where)
}

func (n *needing) setItems(items []ast.SetItem) {
	for i := range items {
		n.exprs(items[i].Target, items[i].Value)
		ast.LabelOperands(items[i].Is, n.expr)
	}
}

func (n *needing) removeItems(items []ast.RemoveItem) {
	for i := range items {
		item := &items[i]
		if item.Property != nil {
			n.expr(item.Property)
		}
		if item.Dynamic != nil {
			n.expr(item.Dynamic)
		}
		n.exprs(item.Target)
		ast.LabelOperands(item.Is, n.expr)
	}
}

func (n *needing) pattern(p *ast.Pattern) {
	for _, part := range p.Parts {
		n.part(part)
	}
}

// part visits the expressions of a pattern as those of a predicate that has it, which needs
// nothing by itself.
func (n *needing) part(part *ast.PatternPart) {
	ast.Children(&ast.PatternPredicate{Part: part}, n.expr)
}

// exprs visits expressions, of which some may be nil.
func (n *needing) exprs(list ...ast.Expr) {
	for _, e := range list {
		if e != nil {
			n.expr(e)
		}
	}
}

func (n *needing) expr(e ast.Expr) {
	switch e := e.(type) {
	case *ast.PatternComprehension, *ast.PatternPredicate, *ast.ShortestPath:
		n.add(auth.Match)
	case *ast.Subquery:
		if e.Pattern != nil {
			n.add(auth.Match)
		}
		if e.Query != nil {
			n.query(e.Query)
		}
	default:
	}
	ast.Children(e, n.expr)
}
