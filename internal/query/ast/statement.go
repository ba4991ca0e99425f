// Package ast is the tree of a statement. Its types have no behaviour: names are bound
// and types are found by package sema, which keeps its facts beside the tree.
//
// Every node knows its span in the text, because column names are verbatim text and
// errors name a place. Switches over a closed set of nodes list them in the order of
// this package, so that a missing case is seen.
package ast

import (
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/constraint"
)

// Statement is what a user sends: a query or an administration statement. The set of its
// types is closed.
type Statement interface {
	Span() token.Span
	statement()
}

// Mode says what is to be done with a query.
type Mode uint8

// The modes of a query.
const (
	Run Mode = iota
	Explain
	Profile
)

// Statement nodes, in the order in which every switch lists them.
type (
	// Query is one or more single queries joined by UNION.
	Query struct {
		Place
		Mode  Mode
		Hints []Hint // stand before the query
		Hops  Expr   // USING HOPS LIMIT: *Literal or *Param; nil when absent
		Parts []*SingleQuery
		// All[i] tells whether Parts[i] and Parts[i+1] are joined by UNION ALL;
		// len(All) == len(Parts)-1.
		All []bool
	}
	// IndexStatement is CREATE|DROP INDEX ON :Label or :Label(property), DROP INDEX name, or
	// DROP ALL INDEXES.
	IndexStatement struct {
		Place
		Drop     bool
		All      bool  // nothing else counts
		Name     *Name // of DROP INDEX name [IF EXISTS]: nothing below counts; nil otherwise
		IfExists bool  // of DROP INDEX name
		Label    Name
		Property *Name // nil for a label index
	}
	// ConstraintStatement is CREATE or DROP CONSTRAINT, in either form, DROP CONSTRAINT name, or
	// DROP ALL CONSTRAINTS.
	ConstraintStatement struct {
		Place
		Drop       bool
		All        bool  // nothing else counts
		Name       *Name // given to a new constraint, where it does not count, or that of the one to drop; nil for none
		IfExists   bool  // of DROP CONSTRAINT name
		Rule       constraint.Rule
		Key        bool // IS NODE KEY: Unique, and Exists of each property
		Label      Name
		Properties []Name
		Type       constraint.Type // of Typed
	}
	// Admin is a statement without operands; Verb tells which. Some that show a list show a
	// part of it: Kind is the words for the part, such as RANGE of SHOW RANGE INDEXES, and
	// Names are literals and parameters, such as 'a' of SHOW SETTINGS 'a'.
	Admin struct {
		Place
		Verb  AdminVerb
		Kind  string
		Names []Expr
	}
	// Show is SHOW … with YIELD or WHERE, or with EXPLAIN: the rows of another statement, and
	// what is done with them.
	Show struct {
		Place
		Of      Statement
		Explain bool        // only tell what would be done
		Yields  []YieldItem // nil for YIELD *, and where there is no YIELD
		Yield   bool        // there is one
		With    *Projection // WITH * of the ORDER BY, SKIP, LIMIT and WHERE that follow
		Return  *Projection // nil when absent
	}
	// TransactionControl is BEGIN, COMMIT or ROLLBACK sent as text.
	TransactionControl struct {
		Place
		Verb string // "BEGIN", "COMMIT" or "ROLLBACK"
	}
	// TerminateTransactions is TERMINATE TRANSACTIONS "id", …; each is a literal or parameter.
	TerminateTransactions struct {
		Place
		IDs []Expr
	}
	// EnumStatement is CREATE, ALTER or DROP ENUM; Verb tells which, and what is altered.
	EnumStatement struct {
		Place
		Verb   EnumVerb
		Enum   Name
		Values []Name // of CREATE; the value that ADD VALUE adds, that of REMOVE, or both of UPDATE
	}
	// DescriptionStatement is SET or DELETE DESCRIPTION ON a target.
	DescriptionStatement struct {
		Place
		Drop   bool
		Target DescriptionTarget
		Text   string // of SET
	}
	// SettingStatement is SET DATABASE SETTING name TO value, or SHOW DATABASE SETTING name
	// where Value is nil. Both are literals or parameters.
	SettingStatement struct {
		Place
		Name, Value Expr
	}
	// SessionStatement is SET SESSION SETTING name TO value, RESET SESSION SETTING name where Value is nil, or SET
	// SESSION TRACE where Name is nil too. Both are literals or parameters.
	SessionStatement struct {
		Place
		Name, Value Expr
		Trace       bool // ON
	}
	// StandingStatement asks for what a server has and cannot change: STORAGE MODE
	// IN_MEMORY_TRANSACTIONAL, SET scope TRANSACTION ISOLATION LEVEL level where Scope is not
	// empty, or USE DATABASE where Database, a literal or a parameter, is not nil.
	StandingStatement struct {
		Place
		Scope    string // "GLOBAL", "SESSION" or "NEXT"
		Level    string // "SNAPSHOT ISOLATION", "READ COMMITTED" or "READ UNCOMMITTED"
		Database Expr
	}
	// BackupStatement is BACKUP DATABASE TO location [INCREMENTAL], or SHOW BACKUPS [FROM
	// location]. Location is a literal or a parameter; nil: there is none.
	BackupStatement struct {
		Place
		Show        bool
		Location    Expr
		Incremental bool
	}
	// RecoverSnapshot is RECOVER SNAPSHOT source [WITH CONFIG {…}] [FORCE]. Source is a literal
	// or a parameter; Config is nil where there is none.
	RecoverSnapshot struct {
		Place
		Source Expr
		Config *Map
		Force  bool
	}
)

func (*Query) statement()                 {}
func (*IndexStatement) statement()        {}
func (*ConstraintStatement) statement()   {}
func (*Admin) statement()                 {}
func (*Show) statement()                  {}
func (*TransactionControl) statement()    {}
func (*TerminateTransactions) statement() {}
func (*EnumStatement) statement()         {}
func (*DescriptionStatement) statement()  {}
func (*SettingStatement) statement()      {}
func (*SessionStatement) statement()      {}
func (*StandingStatement) statement()     {}
func (*BackupStatement) statement()       {}
func (*RecoverSnapshot) statement()       {}

// EnumVerb says what a statement does to an enum.
type EnumVerb uint8

// What is done to enums.
const (
	CreateEnum EnumVerb = iota
	AddEnumValue
	UpdateEnumValue
	RemoveEnumValue
	DropEnum
)

// DescriptionTarget is what a description belongs to.
type DescriptionTarget struct {
	Kind  DescriptionKind
	Names []Name // labels, the one type, or the database
	// Start and End are the labels of (:Start)-[:Type]->(:End); Pattern tells that it is one.
	Start, End []Name
	Pattern    bool
	Property   Name
	Value      *Literal // of PROPERTY p VALUE v; nil without
}

// DescriptionKind says what kind of thing is described.
type DescriptionKind uint8

// What can be described.
const (
	DescribeLabel DescriptionKind = iota
	DescribeType
	DescribeLabelProperty
	DescribeTypeProperty
	DescribeProperty
	DescribeDatabase
)

// String returns the words before the target.
func (k DescriptionKind) String() string {
	switch k {
	case DescribeLabel:
		return "LABEL"
	case DescribeType:
		return "EDGE TYPE"
	case DescribeLabelProperty:
		return "LABEL PROPERTY"
	case DescribeTypeProperty:
		return "EDGE TYPE PROPERTY"
	case DescribeProperty:
		return "PROPERTY"
	case DescribeDatabase:
		return "DATABASE"
	}
	return "unknown"
}

// SingleQuery is a list of clauses.
type SingleQuery struct {
	Place
	Clauses []Clause
}

// AdminVerb names a statement without operands.
type AdminVerb uint8

// The statements without operands.
const (
	CreateSnapshot AdminVerb = iota
	ShowSnapshots
	LockDataDirectory
	UnlockDataDirectory
	DataDirectoryLockStatus
	ShowIndexInfo
	ShowStorageInfo
	ShowVersion
	ShowBuildInfo
	ShowConfig
	ShowTransactions
	FreeMemory
	ShowNextSnapshot
	ShowDatabases
	ShowDatabase
	ShowConstraintInfo
	ShowEnums
	ShowDescriptions
	ShowDatabaseSettings
	ShowRecoveryInfo
	ShowMetricsInfo
	DumpDatabase
	ReloadTLS
	ShowUsers
	ShowRoles
	ShowCurrentUser
	ShowCurrentRole
	ShowActiveUsers
	ShowIndexes
	ShowConstraints
	ShowFunctions
	ShowProcedures
	ShowSettings
	ShowNamedDatabase
	ShowSchemaInfo
	ShowNodeLabelsInfo
	ShowEdgeTypesInfo
	ShowVectorIndexInfo
	ShowTriggers
	ShowStreams
	ShowReplicas
	ShowReplicationRole
	ShowLicenseInfo
	ShowMemoryInfo
)
