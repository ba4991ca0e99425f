package failure

import "sync"

// status returns the GQLSTATUS that Neo4j's list of status codes gives to what a detail
// names, or the one of the type where the list has nothing nearer.
func status(t Type, detail string) string {
	if s, ok := statuses()[detail]; ok {
		return s
	}
	_, s := codes(t)
	return s
}

// statuses are the GQLSTATUS codes by detail: first those of syntax, then those of values,
// then those of transactions.
var statuses = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"UnexpectedSyntax":                "42I06",
		"InvalidTokenName":                "42I11",
		"UnterminatedString":              "42I19",
		"UnterminatedComment":             "42I02",
		"UnterminatedName":                "42I06",
		"NotAQuery":                       "42N45",
		"UndefinedVariable":               "42N62",
		"VariableAlreadyBound":            "42N59",
		"VariableTypeConflict":            "22NB1",
		"UnknownFunction":                 "42N48",
		"ProcedureNotFound":               "42N08",
		"UnknownProcedureResult":          "42N50",
		"InvalidNumberOfArguments":        "42I13",
		"InvalidAggregation":              "42I24",
		"NestedAggregation":               "22N34",
		"AmbiguousAggregationExpression":  "42I18",
		"ColumnNameConflict":              "42N38",
		"DifferentColumnsInUnion":         "42N39",
		"NoExpressionAlias":               "42N21",
		"NoVariablesInScope":              "42I37",
		"NoSingleRelationshipType":        "42I14",
		"RequiresDirectedRelationship":    "42I56",
		"CreatingVarLength":               "42I41",
		"RelationshipUniquenessViolation": "42N59",
		"InvalidDelete":                   "42I26",
		"InvalidParameterUse":             "42N32",
		"InvalidNumberLiteral":            "42I07",
		"InvalidClauseComposition":        "42001",
		"InvalidArgumentPassingMode":      "42N36",
		"MissingParameter":                "42N51",
		"NonConstantExpression":           "42N28",
		"InvalidShortestPath":             "42N40",
		"UnboundedWalk":                   "42N53",
		"ReadOnlyTransaction":             "42N02",
		"DatabaseNotFound":                "42N00",

		"InvalidArgumentType":         "22N01",
		"InvalidArgumentValue":        "22N05",
		"InvalidPropertyType":         "22N39",
		"NegativeIntegerArgument":     "22N02",
		"NumberOutOfRange":            "22N03",
		"IntegerOverflow":             "22003",
		"FloatingPointOverflow":       "22003",
		"DivisionByZero":              "22012",
		"MapElementAccessByNonString": "22N01",
		"MergeReadOwnWrites":          "22N31",
		"StringTooLong":               "22N84",
		"FileNotReadable":             "22N43",
		"MalformedCSV":                "22N43",
		"UnreadableCSV":               "22N43",
		"UnknownTimeZone":             "22NB5",
		"InvalidPoint":                "22N24",
		"DeletedEntityAccess":         "25N13",

		"ExistenceConstraintViolated": "22N77",
		"TypeConstraintViolated":      "22N78",
		"UniqueConstraintViolated":    "22N79",
		"ConstraintCreationFailed":    "50N11",
		"ConstraintExists":            "22N66",

		"ConflictingTransactions": "25N11",
		"TransactionTimedOut":     "25N14",
		"TransactionIdle":         "25N14",
		"Terminated":              "25N16",
		"Ended":                   "25N16",
		"NoTransaction":           "25N04",
		"TransactionOpen":         "25N03",
		"TransactionFailed":       "25N05",
		"NotInTransaction":        "25N17",
		"CommitNotDurable":        "2DN01",
		"LogStopped":              "2DN01",
		"DiskFull":                "2DN01",
		"InvalidBookmark":         "08N12",
		"BookmarkTimeout":         "08N13",
	}
})
