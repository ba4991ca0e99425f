package failure

import "sync"

// Condition returns what a GQLSTATUS says, in the words of the standard and of Neo4j's list
// of status codes: "error: data exception - division by zero". Of a status that the list
// does not have, it returns what its class says.
func Condition(status string) string {
	if len(status) != statusSize {
		return "error: general processing exception"
	}
	class, ok := classes()[status[:classSize]]
	if !ok {
		class = "error: general processing exception"
	}
	if sub, ok := subconditions()[status]; ok {
		return class + " - " + sub
	}
	return class
}

// A GQLSTATUS is a class and a subclass.
const (
	statusSize = 5
	classSize  = 2
)

// classes are the conditions by the first two characters.
var classes = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"00": "note: successful completion",
		"01": "warn: warning",
		"02": "note: no data",
		"03": "info: informational",
		"08": "error: connection exception",
		"22": "error: data exception",
		"25": "error: invalid transaction state",
		"2D": "error: invalid transaction termination",
		"40": "error: transaction rollback",
		"42": "error: syntax error or access rule violation",
		"50": "error: general processing exception",
		"51": "error: system configuration or operation exception",
		"52": "error: procedure exception",
		"G1": "error: dependent object error",
	}
})

// subconditions are what the rest of a status adds to its class.
var subconditions = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"00001": "omitted result",
		"01N31": "index hint unfulfillable",

		"08N06": "protocol error",
		"08N09": "database unavailable",
		"08N12": "invalid bookmark",
		"08N13": "database is not up to requested bookmark",

		"22003": "numeric value out of range",
		"22012": "division by zero",
		"22N01": "invalid type",
		"22N02": "specified negative numeric value",
		"22N03": "specified numeric value out of range",
		"22N05": "input failed validation",
		"22N24": "invalid coordinate arguments",
		"22N31": "invalid properties in merge pattern",
		"22N34": "invalid use of aggregate function",
		"22N39": "unsupported property value type",
		"22N43": "could not load external resource",
		"22N66": "constraint conflict",
		"22N77": "property presence verification failed",
		"22N78": "property type verification failed",
		"22N79": "property uniqueness constraint violated",
		"22N80": "index entry conflict",
		"22N84": "string too long",
		"22NB1": "type mismatch",
		"22NB5": "invalid time zone",

		"25N02": "unable to complete transaction",
		"25N03": "transaction type conflict",
		"25N04": "transaction not found",
		"25N05": "transaction closed",
		"25N11": "conflicting transactions",
		"25N13": "accessing deleted entity",
		"25N14": "transaction termination - time limit",
		"25N16": "transaction termination",
		"25N17": "transaction type",
		"2DN01": "commit failed",

		"42001": "invalid syntax",
		"42002": "invalid reference",
		"42I02": "invalid comment",
		"42I06": "invalid input",
		"42I07": "invalid number literal",
		"42I11": "invalid name",
		"42I13": "invalid number of procedure or function arguments",
		"42I14": "exactly one relationship type required",
		"42I18": "invalid reference to implicitly grouped expressions",
		"42I19": "invalid string literal",
		"42I24": "invalid use of aggregate function",
		"42I26": "invalid delete",
		"42I37": "invalid use of RETURN *",
		"42I41": "variable length relationship not supported",
		"42I56": "directed relationship required",
		"42N00": "graph reference not found",
		"42N02": "writing in read access mode",
		"42N08": "no such procedure",
		"42N21": "expression in WITH must be aliased",
		"42N28": "only static inputs allowed",
		"42N32": "invalid use of parameters",
		"42N36": "procedure call without parentheses is not supported",
		"42N38": "duplicate return item name",
		"42N39": "incompatible conditional query",
		"42N40": "single relationship pattern required",
		"42N45": "unexpected end of input",
		"42N48": "no such function",
		"42N50": "no such procedure output",
		"42N51": "invalid parameter",
		"42N53": "unsafe usage of repeatable elements",
		"42N59": "variable already defined",
		"42N62": "variable not defined",
		"42NFF": "permission/access denied",

		"50N00": "internal error",
		"50N07": "execution failed",
		"50N11": "constraint creation failed",
	}
})
