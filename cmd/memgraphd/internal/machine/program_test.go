package machine

import (
	"slices"
	"testing"
)

func TestProgramRanges(t *testing.T) {
	const maps = `00400000-01248000 r-xp 00000000 fe:00 10158793                           /usr/bin/a program
01248000-0219b000 r--p 00e48000 fe:00 10158793                           /usr/bin/a program
0219b000-02258000 rw-p 01d9b000 fe:00 10158793                           /usr/bin/a program
02258000-022b0000 rw-p 00000000 00:00 0
3557b0c00000-3557b5522000 rw-p 00000000 00:00 0
7f8457ced000-7f8457e43000 r-xp 00026000 fe:00 1054                       /usr/lib/x86_64-linux-gnu/libc.so.6
7f8457f00000-7f8457f01000 r--p 00026000 fe:00 1055                       /other/usr/bin/a program
nonsense r-xp 00000000 fe:00 10158793                           /usr/bin/a program
`
	want := []addresses{{0x400000, 0x1248000}, {0x1248000, 0x219b000}}
	if got := programRanges(maps, "/usr/bin/a program"); !slices.Equal(got, want) {
		t.Fatalf("got %x", got)
	}
}

// TestReleaseProgram goes on after its own code was given back.
func TestReleaseProgram(t *testing.T) {
	ReleaseProgram()
	if got := programRanges("", "x"); got != nil {
		t.Fatalf("got %x", got)
	}
}
