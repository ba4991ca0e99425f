package temporal

import "testing"

func BenchmarkParse(b *testing.B) {
	for name, parse := range map[string]func() error{
		"Date":          func() error { _, err := ParseDate("2015-07-21"); return err },
		"Time":          func() error { _, err := ParseTime("21:40:32.142+01:00", 0); return err },
		"LocalDateTime": func() error { _, err := ParseLocalDateTime("2015-07-21T21:40:32.142"); return err },
		"DateTime":      func() error { _, err := ParseDateTime("2015-07-21T21:40:32.142+01:00", nil); return err },
		"Named":         func() error { _, err := ParseDateTime("2015-07-21T21:40:32.142[Europe/Stockholm]", nil); return err },
		"Duration":      func() error { _, err := ParseDuration("P12Y5M14DT16H12M70.5S"); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := parse(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	stockholm, _ := LookupZone("Europe/Stockholm")
	at, _ := NewDateTime(LocalDateTime{Seconds: 1_437_514_832, Nanos: 142_000_000}, stockholm)
	d, _ := ParseDuration("P12Y5M14DT16H12M70.5S")
	dst := make([]byte, 0, 128)
	for name, appended := range map[string]func() []byte{
		"Date":     func() []byte { return at.Local().Date().Append(dst) },
		"DateTime": func() []byte { return at.Append(dst) },
		"Duration": func() []byte { return d.Append(dst) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				appended()
			}
		})
	}
}

func BenchmarkZone(b *testing.B) {
	stockholm, _ := LookupZone("Europe/Stockholm")
	local := LocalDateTime{Seconds: 1_437_514_832}
	for name, run := range map[string]func(){
		"OffsetAt":        func() { stockholm.OffsetAt(local.Seconds) },
		"OffsetAtFarAway": func() { stockholm.OffsetAt(1e15) },
		"Resolve":         func() { stockholm.Resolve(local, noOffset) },
		"Lookup":          func() { _, _ = LookupZone("Europe/Stockholm") },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				run()
			}
		})
	}
}

func BenchmarkBetween(b *testing.B) {
	stockholm, _ := LookupZone("Europe/Stockholm")
	from, _ := NewDateTime(LocalDateTime{Seconds: 1_437_514_832}, stockholm)
	to, _ := NewDateTime(LocalDateTime{Seconds: 1_637_514_832}, stockholm)
	p, q := from.Parts(), to.Parts()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Between(p, q); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkComponent(b *testing.B) {
	d, _ := ParseDuration("P12Y5M14DT16H12M70.5S")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Number(MonthsOfYear); err != nil {
			b.Fatal(err)
		}
	}
}
