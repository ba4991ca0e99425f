// Package table gathers what a run of the reliability tests has shown: one line per test,
// with the states it explored and what became of acknowledged commits and of damage.
package table

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"
)

// File is the environment variable that names the file to which rows are appended.
const File = "MEMGRAPHD_TABLE"

// Row is what one test has shown. A count that does not apply stays 0.
type Row struct {
	Test         string // its number in the catalogue, such as R4
	What         string // what was done, in a few words
	States       int64  // crashes, runs, damaged files or histories that were looked at
	Acknowledged int64  // commits that had been acknowledged
	Lost         int64  // of these, not there afterwards
	Detected     int64  // damage that was refused, with a message
	Harmless     int64  // damage that changed nothing, or took only what was never proven durable
	Undetected   int64  // wrong data that was served: phantoms, partial transactions, unnoticed damage
	Seed         uint64 // repeats the run
	Took         time.Duration
}

const format = "%-5s %-52s %9v %12v %6v %9v %9v %10v %8v %20v\n"

// Header names the columns.
func Header() string {
	return fmt.Sprintf(format, "test", "what", "states", "acknowledged", "lost", "detected", "harmless", "undetected", "took", "seed")
}

// String renders the row under the Header.
func (r Row) String() string {
	return fmt.Sprintf(format, r.Test, r.What, r.States, r.Acknowledged, r.Lost, r.Detected, r.Harmless, r.Undetected,
		r.Took.Round(100*time.Millisecond), r.Seed)
}

// Add logs a row and appends it to the table of the run, if there is one.
func Add(tb testing.TB, r Row) {
	tb.Helper()
	tb.Logf("\n%s%s", Header(), r)
	if err := r.Append(); err != nil {
		tb.Fatal(err)
	}
}

// Append writes a row to the table of the run, if there is one.
func (r Row) Append() error {
	name := os.Getenv(File)
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	text := r.String()
	if info, statErr := f.Stat(); statErr == nil && info.Size() == 0 {
		text = Header() + text
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
