package dump

import (
	"strconv"
	"strings"

	"memgraphd/internal/storage/temporal"
)

// appendDateTime appends an instant as a text, or by its seconds where the text of a time
// that clocks show twice is not enough. A zone that the database of time zones does not have
// cannot be written: its offset stands for it, and its name in a comment.
func appendDateTime(dst []byte, t temporal.DateTime) []byte {
	start := len(dst)
	dst = append(dst, `datetime("`...)
	from := len(dst)
	dst = t.Append(dst)
	parsed, err := temporal.ParseDateTime(string(dst[from:]), nil)
	if err == nil && parsed == t {
		return append(dst, `")`...)
	}
	dst = dst[:start]
	name := t.Zone.Name()
	if zone, err := temporal.LookupZone(name); name != "" && (err != nil || zone != t.Zone) {
		t.Zone = temporal.FixedZone(t.Offset())
		dst = appendDateTime(dst, t)
		if strings.Contains(name, "*/") {
			return dst
		}
		return append(append(append(dst, " /* "...), name...), " */"...)
	}
	dst = strconv.AppendInt(append(dst, "datetime({epochSeconds: "...), t.Seconds, 10)
	dst = strconv.AppendInt(append(dst, ", nanosecond: "...), int64(t.Nanos), 10)
	dst = append(appendString(append(dst, ", timezone: "...), t.Zone.String()), "})"...)
	return dst
}

// appendDuration appends a duration as a text, or by its parts where they are too large for
// the units of the text.
func appendDuration(dst []byte, d temporal.Duration) []byte {
	start := len(dst)
	dst = append(dst, `duration("`...)
	from := len(dst)
	dst = d.Append(dst)
	if parsed, err := temporal.ParseDuration(string(dst[from:])); err == nil && parsed == d {
		return append(dst, `")`...)
	}
	dst = strconv.AppendInt(append(dst[:start], "duration({months: "...), d.Months, 10)
	dst = strconv.AppendInt(append(dst, ", days: "...), d.Days, 10)
	dst = strconv.AppendInt(append(dst, ", seconds: "...), d.Seconds, 10)
	dst = strconv.AppendInt(append(dst, ", nanoseconds: "...), int64(d.Nanos), 10)
	return append(dst, "})"...)
}
