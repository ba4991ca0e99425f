package function

import (
	"errors"

	"memgraphd/internal/query/declared"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// catalogueFunctions are the functions that look into the catalogue.
func catalogueFunctions() []Function {
	return []Function{
		{Name: "toEnum", MinArgs: 1, MaxArgs: 2, Args: []Type{String}, Result: Any, NullIn: true, Eval: toEnum},
		{Name: "description", MinArgs: 2, MaxArgs: 2, Args: []Type{String, Any}, Result: String, NullIn: true, Eval: description},
	}
}

// toEnum returns the value of an enum that its text, or both names, tell.
func toEnum(c *Call, args []value.Value) (value.Value, error) {
	for _, x := range args {
		if x.Kind() != value.KindString {
			return value.Null, wrongType("toEnum", "the text Enum::Value, or the names of an enum and a value", x)
		}
	}
	if len(args) == 2 {
		v, err := c.Catalogue.EnumValue(args[0].AsString(), args[1].AsString())
		return v, unknownEnum(err)
	}
	v, ok, err := c.Catalogue.ParseEnum(args[0].AsString())
	if !ok {
		return value.Null, failure.Argument("InvalidArgumentValue", "toEnum() cannot read '%.100s'", args[0].AsString()).
			WithHint("write Enum::Value")
	}
	return v, unknownEnum(err)
}

// unknownEnum makes an error of the catalogue one of the statement.
func unknownEnum(err error) error {
	var unknown *declared.UnknownError
	if !errors.As(err, &unknown) {
		return err
	}
	return failure.Argument("UnknownEnum", "%s", err).WithHint("%s", unknown.Hint())
}

// description returns what SET DESCRIPTION ON PROPERTY property VALUE value said, or null.
func description(c *Call, args []value.Value) (value.Value, error) {
	if args[0].Kind() != value.KindString {
		return value.Null, wrongType("description", "the name of a property", args[0])
	}
	text, ok := c.Catalogue.DescriptionOf(args[0].AsString(), args[1])
	if !ok {
		return value.Null, nil
	}
	return value.String(text), nil
}
