package function

import (
	"strings"
	"sync"
)

// Description is what lists of functions say about one.
type Description struct{ Category, Text string }

// Describe returns what lists say about the function called name, without regard to case.
func Describe(name string) (Description, bool) {
	d, ok := descriptions()[strings.ToLower(name)]
	return d, ok
}

// descriptions are made once from lines of "names: text" under the name of their category.
var descriptions = sync.OnceValue(func() map[string]Description {
	all := map[string]Description{}
	for _, c := range []struct{ category, lines string }{
		{"Graph", aboutGraph},
		{"List", aboutLists},
		{"Scalar", aboutScalars},
		{"Conversion", aboutConversions},
		{"Numeric", aboutNumbers},
		{"String", aboutStrings},
		{"Temporal", aboutTime},
		{"Spatial", aboutPlaces},
		{"Aggregating", aboutAggregates},
	} {
		for line := range strings.Lines(c.lines) {
			names, text, found := strings.Cut(strings.TrimSpace(line), ": ")
			if !found {
				continue
			}
			for name := range strings.FieldsSeq(names) {
				all[strings.ToLower(name)] = Description{c.category, text}
			}
		}
	}
	return all
})

const aboutGraph = `
	id: The internal number of a node or a relationship.
	elementId: A text that tells a node or a relationship from every other.
	labels: The labels of a node.
	type: The type of a relationship.
	startNode: The node where a relationship begins.
	endNode: The node where a relationship ends.
	properties: All properties of a node or a relationship, or a map itself.
	keys: The names of the properties of a node or a relationship, or of the entries of a map.
	values: The values of the properties of a node or a relationship, or of the entries of a map.
	propertySize: The bytes that a property takes.
	degree: How many relationships a node has.
	inDegree: How many relationships end at a node.
	outDegree: How many relationships begin at a node.
	nodes: The nodes of a path.
	relationships: The relationships of a path.
	length: How many relationships a path has.
	exists: Whether a property is there.
	apoc.map.clean: A map without the keys of a list, without the values of another one, and without nulls.
	apoc.any.property: The property of a node, a relationship or a map that a text names.
`

const aboutLists = `
	head: The first element of a list.
	last: The last element of a list.
	tail: All elements of a list but the first.
	range: The whole numbers from one to another.
	reverse: A list or a string from its end to its beginning.
	toSet: The elements of a list, each once.
	uniformSample: Elements of a list by chance, with repetition.
`

const aboutScalars = `
	size: The length of a list, a string or a map.
	isEmpty: Whether a list, a map or a string has nothing in it.
	coalesce: The first argument that is not null.
	nullIf: Null where both arguments are equal, the first one otherwise.
	randomUUID: A random UUID.
	valueType: The type of a value.
	assert: True, or an error where the condition does not hold.
	counter: A number that goes on with each call in a statement.
	getHopsCounter: How many relationships were followed under USING HOPS LIMIT.
	username: The name of the user who runs the statement.
	roles: The roles of the user who runs the statement.
	toEnum: The value of an enum that a text names.
	description: What SET DESCRIPTION said about the value of a property.
	apoc.util.validatePredicate: An error with the given message where the predicate holds, true otherwise.
`

const aboutConversions = `
	toBoolean: A text or a number as a boolean, null where it means none.
	toInteger: A text, a number or a boolean as an integer, null where it means none.
	toFloat: A text or a number as a float, null where it means none.
	toString: A value as a text.
	toBooleanOrNull: A value as a boolean, null where it means none.
	toIntegerOrNull: A value as an integer, null where it means none.
	toFloatOrNull: A value as a float, null where it means none.
	toStringOrNull: A value as a text, null where it has none.
	toBooleanList: The elements of a list as booleans.
	toIntegerList: The elements of a list as integers.
	toFloatList: The elements of a list as floats.
	toStringList: The elements of a list as texts.
	toByteString: The bytes that a text of hexadecimal digits means.
	fromByteString: Bytes as a text of hexadecimal digits.
`

const aboutNumbers = `
	abs: The amount of a number.
	sign: -1, 0 or 1, the sign of a number.
	ceil: The next whole number up.
	floor: The next whole number down.
	round: A number with fewer places.
	sqrt: The square root.
	exp: A power of e.
	log: The natural logarithm.
	log10: The logarithm to the base 10.
	e: The base of the natural logarithm.
	pi: The circumference of a circle of diameter 1.
	rand: A random number from 0 up to, but not, 1.
	sin: The sine of an angle in radians.
	cos: The cosine of an angle in radians.
	tan: The tangent of an angle in radians.
	cot: The cotangent of an angle in radians.
	asin: The angle whose sine is given, in radians.
	acos: The angle whose cosine is given, in radians.
	atan: The angle whose tangent is given, in radians.
	atan2: The angle of a point of the plane, in radians.
	sinh: The hyperbolic sine.
	cosh: The hyperbolic cosine.
	tanh: The hyperbolic tangent.
	coth: The hyperbolic cotangent.
	degrees: Radians as degrees.
	radians: Degrees as radians.
	haversin: Half the versine of an angle in radians.
	isNaN: Whether a float is no number.
`

const aboutStrings = `
	left: The first characters of a string.
	right: The last characters of a string.
	substring: A part of a string; positions begin with 0.
	toUpper: A string in capitals.
	toLower: A string in small letters.
	trim bTrim: A string without white space, or given characters, at both ends.
	lTrim: A string without white space, or given characters, at its beginning.
	rTrim: A string without white space, or given characters, at its end.
	replace: A string with one text in the place of another.
	split: The parts of a string between a separator.
	contains: Whether a text is in a string.
	startsWith: Whether a string begins with a text.
	endsWith: Whether a string ends with a text.
	normalize: A string in a Unicode normal form.
`

const aboutTime = `
	timestamp: Microseconds since 1970, of now or of a value of time.
	date: A day, from a text, a map or another value of time; today without an argument.
	time: A time of day with an offset; now without an argument.
	localtime: A time of day without an offset; now without an argument.
	datetime: An instant with a zone; now without an argument.
	localdatetime: An instant without a zone; now without an argument.
	duration: Months, days, seconds and nanoseconds, from a text or a map.
	date.truncate time.truncate localtime.truncate datetime.truncate localdatetime.truncate: The beginning of a unit of time.
	date.statement time.statement localtime.statement datetime.statement localdatetime.statement: The time when the statement began.
	date.transaction time.transaction localtime.transaction datetime.transaction localdatetime.transaction: The time when the transaction began.
	date.realtime time.realtime localtime.realtime datetime.realtime localdatetime.realtime: The time now.
	datetime.fromEpoch: An instant from seconds and nanoseconds since 1970.
	datetime.fromEpochMillis: An instant from milliseconds since 1970.
	duration.between: What is between two instants, in months, days and seconds.
	duration.inMonths: What is between two instants, in months.
	duration.inDays: What is between two instants, in days.
	duration.inSeconds: What is between two instants, in seconds.
	apoc.date.convertFormat: A text of a time in another format.
`

const aboutPlaces = `
	point: A point of the plane, of space or of the globe, from a map.
	point.distance: How far two points are from each other.
	point.withinBBox: Whether a point is in a box.
`

const aboutAggregates = `
	count: How many values there are.
	sum: The sum of numbers or durations.
	avg: The average of numbers or durations.
	min: The smallest value.
	max: The largest value.
	collect: The values as a list, or keys and values as a map.
	stDev: The standard deviation of a sample.
	stDevP: The standard deviation of all there is.
	percentileCont: The percentile, between values.
	percentileDisc: The percentile, one of the values.
	project: A part of the graph as a map of its nodes and relationships.
	derive: A virtual graph with one relationship for each path.
`
