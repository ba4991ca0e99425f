package progress

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// state is how far a step is.
type state struct {
	name   string
	unit   Unit
	note   string
	done   int64
	total  int64 // 0: nobody knows
	began  time.Time
	now    time.Time
	over   bool
	failed bool
}

// rate returns how much is done in a second, 0 where it has hardly begun.
func (s *state) rate() float64 {
	elapsed := s.now.Sub(s.began).Seconds()
	if elapsed <= 0 {
		return 0
	}
	return float64(s.done) / elapsed
}

// remaining estimates how long the step still takes.
func (s *state) remaining() (time.Duration, bool) {
	rate := s.rate()
	if rate <= 0 || s.total <= s.done || s.over {
		return 0, false
	}
	return time.Duration(float64(s.total-s.done) / rate * float64(time.Second)), true
}

// numbers says how far the step is, how fast it goes and how long it will take.
func (s *state) numbers() string {
	var parts []string
	switch {
	case s.total > 0 && !s.over:
		parts = append(parts, fmt.Sprintf("%d %% of %s", min(s.done*100/s.total, 100), s.unit.text(s.total)))
	case s.done > 0 || s.over:
		parts = append(parts, s.unit.text(s.done))
	}
	if s.over {
		if took := s.now.Sub(s.began); took >= time.Second {
			parts = append(parts, "in "+rounded(took))
		}
	}
	if rate := s.rate(); rate > 0 && s.now.Sub(s.began) >= time.Second {
		parts = append(parts, s.unit.text(int64(rate))+"/s")
	}
	if left, ok := s.remaining(); ok {
		parts = append(parts, "about "+rounded(left)+" left")
	}
	return strings.Join(parts, ", ")
}

// line is what is written about a step in a mode other than Bars.
func (s *state) line(mode Mode) []byte {
	if mode == JSON {
		return s.json()
	}
	text := s.name
	switch numbers := s.numbers(); {
	case s.failed:
		text += ": ended after " + numbers
	case numbers != "":
		text += ": " + numbers
	}
	if s.note != "" {
		text += " (" + s.note + ")"
	}
	return []byte(text + "\n")
}

// jsonLine is a line for programs.
type jsonLine struct {
	Step      string   `json:"step,omitempty"`
	State     string   `json:"state"` // running, done, failed, or message
	Unit      Unit     `json:"unit,omitempty"`
	Done      int64    `json:"done"`
	Total     int64    `json:"total,omitempty"`
	Rate      float64  `json:"per_second,omitempty"`
	Elapsed   float64  `json:"elapsed_sec"`
	Remaining *float64 `json:"remaining_sec,omitempty"`
	Note      string   `json:"note,omitempty"`
}

func (s *state) json() []byte {
	l := jsonLine{
		Step: s.name, State: "running", Unit: s.unit, Done: s.done, Total: s.total, Note: s.note,
		Rate: thousandths(s.rate()), Elapsed: thousandths(s.now.Sub(s.began).Seconds()),
	}
	switch {
	case s.failed:
		l.State = "failed"
	case s.over:
		l.State = "done"
	}
	if left, ok := s.remaining(); ok {
		seconds := thousandths(left.Seconds())
		l.Remaining = &seconds
	}
	return marshal(l)
}

// says is the line for something that is told once.
func says(mode Mode, text string) []byte {
	if mode != JSON {
		return []byte(text + "\n")
	}
	return marshal(struct {
		State   string `json:"state"`
		Message string `json:"message"`
	}{"message", text})
}

func marshal(v any) []byte {
	line, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return append(line, '\n')
}

func thousandths(f float64) float64 { return float64(int64(f*1000+0.5)) / 1000 }

// rounded writes a time as people say it.
func rounded(d time.Duration) string {
	if d < time.Second {
		return "1s"
	}
	return d.Round(time.Second).String()
}

// text writes a number of the unit.
func (u Unit) text(n int64) string {
	if u == Bytes {
		return Size(n)
	}
	return fmt.Sprintf("%d %s", n, u)
}

// Size writes bytes with a unit that people can read.
func Size(bytes int64) string {
	size, unit := float64(bytes), 0
	units := [...]string{"B", "KiB", "MiB", "GiB", "TiB"}
	for size >= 1024 && unit < len(units)-1 {
		size /= 1024
		unit++
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", bytes)
	}
	return fmt.Sprintf("%.1f %s", size, units[unit])
}
