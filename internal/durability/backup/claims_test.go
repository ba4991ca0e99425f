package backup_test

import (
	"testing"

	"memgraphd/internal/durability/backup"
)

func TestNamesAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for _, p := range []backup.PieceRange{
		{Timeline: 1, Segment: 1, To: 64},
		{Timeline: 4294967295, Segment: 18446744073709551615, From: 999999999999, To: 9223372036854775807},
	} {
		if got, ok := backup.ParsePieceName(p.Name()); !ok || got != p {
			t.Errorf("%s is read as %+v, %t", p.Name(), got, ok)
		}
	}
	for _, n := range []uint32{1, 17, 4294967295} {
		if got, ok := backup.ParseTimelineName(backup.TimelineName(n)); !ok || got != n {
			t.Errorf("timeline %d is read as %d, %t", n, got, ok)
		}
	}
	for _, name := range []string{
		"", "log/", "log/1/1/0-1.log", "log/0000000001/00000000000000000001/000000000064-000000000064.log",
		"log/0000000001/00000000000000000001/000000000000-000000000064.snap", "log/0000000001/00000000000000000001/",
	} {
		if p, ok := backup.ParsePieceName(name); ok {
			t.Errorf("%q is read as %+v", name, p)
		}
	}
	for _, name := range []string{"", "timelines/", "timelines/1.json", "timelines/0000000000.json", "timelines/0000000001.jso"} {
		if n, ok := backup.ParseTimelineName(name); ok {
			t.Errorf("%q is read as %d", name, n)
		}
	}
}
