package failure

import "testing"

// TestCondition holds that every status that an error can have says something of its own.
func TestCondition(t *testing.T) {
	for detail, status := range statuses() {
		if _, ok := subconditions()[status]; !ok {
			t.Errorf("%s: the status %s has no words", detail, status)
		}
	}
	for _, typ := range []Type{
		SyntaxError, SemanticError, ParameterMissing, ConstraintVerificationFailed, ConstraintValidationFailed,
		EntityNotFound, TypeError, ArgumentError, ArithmeticError, ProcedureError, TransactionError, ResourceError,
		ClientError, DatabaseError,
	} {
		_, status := codes(typ)
		if Condition(status) == Condition("?????") {
			t.Errorf("%s: the status %s has no words", typ, status)
		}
	}
	for status, want := range map[string]string{
		"22012": "error: data exception - division by zero",
		"42000": "error: syntax error or access rule violation",
		"00000": "note: successful completion",
		"00001": "note: successful completion - omitted result",
		"02000": "note: no data",
		"99999": "error: general processing exception",
		"":      "error: general processing exception",
	} {
		if got := Condition(status); got != want {
			t.Errorf("%q: %q, want %q", status, got, want)
		}
	}
}
