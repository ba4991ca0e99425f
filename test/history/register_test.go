package history

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/table"
)

// registerKeys are few, so that clients meet.
const registerKeys = 4

// registerOp is one operation on a register.
type registerOp struct {
	kind  registerKind
	key   int
	value int64 // that is written
	old   int64 // that a swap expects
}

type registerKind uint8

const (
	registerRead registerKind = iota
	registerWrite
	registerSwap
)

// registerOut is its answer.
type registerOut struct {
	value   int64 // that was read
	swapped bool
	unknown bool
}

// registers is the model: a register per key, that begins with 0.
var registers = porcupine.Model{ //nolint:gochecknoglobals // a table
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		parts := make([][]porcupine.Operation, registerKeys)
		for _, o := range history {
			op, _ := o.Input.(registerOp)
			parts[op.key] = append(parts[op.key], o)
		}
		return parts
	},
	Init: func() any { return int64(0) },
	Step: func(state, input, output any) (bool, any) {
		now, _ := state.(int64)
		op, _ := input.(registerOp)
		out, _ := output.(registerOut)
		switch op.kind {
		case registerRead:
			return out.unknown || out.value == now, now
		case registerWrite:
			return true, op.value
		case registerSwap:
			if now == op.old {
				return out.unknown || out.swapped, op.value
			}
			return out.unknown || !out.swapped, now
		}
		return false, now
	},
}

// registerKills is how often the server is killed in a history with kills: each time when
// another part of the operations is done, so that there are some before and after each.
const registerKills = 2

// TestRegisters records MEMGRAPHD_REGISTERS (2) histories of reads, writes and compare and
// swap on single nodes, every second one with kills, and has porcupine look for an order
// in which each operation took effect at one moment between its call and its answer.
func TestRegisters(t *testing.T) {
	s := newSite(t)
	row := table.Row{Test: "R12", What: "registers, linearizable", Seed: s.seed}
	began := time.Now()
	for i := range table.Count(t, "MEMGRAPHD_REGISTERS", 2) {
		s.run("MATCH (r:Register) DELETE r", nil)
		s.run("UNWIND range(0, $n - 1) AS k CREATE (:Register {key: k, value: 0})", map[string]any{"n": registerKeys})
		kills := s.kills
		history := s.registerHistory(i%2 == 1)
		row.States++
		if got := s.kills - kills; i%2 == 1 && got != registerKills {
			t.Errorf("history %d of MEMGRAPHD_SEED=%d: %d kills in it, want %d", i, s.seed, got, registerKills)
		}
		row.Acknowledged += int64(len(history))
		if result := porcupine.CheckOperationsTimeout(registers, history, time.Minute); result != porcupine.Ok {
			row.Undetected++
			t.Errorf("history %d of MEMGRAPHD_SEED=%d: %v", i, s.seed, result)
		}
	}
	row.Took = time.Since(began)
	row.What += fmt.Sprintf(", over %d kills", s.kills)
	table.Add(t, row)
}

func (s *site) registerHistory(kills bool) []porcupine.Operation {
	var mu sync.Mutex
	var history []porcupine.Operation
	began := time.Now()
	const clients = 8
	each := table.Count(s.t, "MEMGRAPHD_OPERATIONS", 120)
	kill := make(chan struct{}, registerKills)
	note := func(o porcupine.Operation) {
		mu.Lock()
		defer mu.Unlock()
		history = append(history, o)
		if kills && len(history) < clients*each && len(history)%max(1, clients*each/(registerKills+1)) == 0 && len(kill) < cap(kill) {
			kill <- struct{}{}
		}
	}
	s.clientsAndKills(clients, kill, func(id int, r *rand.Rand) {
		process := id
		var seen [registerKeys]int64 // what this client knows; a swap expects it
		for done := 0; done < each && time.Since(began) < time.Minute; {
			op := registerOp{kind: registerKind(r.IntN(3)), key: r.IntN(registerKeys), value: int64(id*100_000 + done + 1)}
			op.old = seen[op.key]
			o := porcupine.Operation{ClientId: process, Input: op, Call: time.Since(began).Nanoseconds()}
			out, result := s.register(op)
			o.Return = time.Since(began).Nanoseconds()
			if result == aborted || result == unknown && op.kind == registerRead {
				time.Sleep(time.Millisecond)
				continue
			}
			if result == unknown {
				// It may take effect at any time from now on, and never ends.
				out.unknown = true
				o.Return = time.Hour.Nanoseconds()
				process += clients
			}
			o.Output = out
			seen[op.key] = out.value
			done++
			note(o)
		}
	})
	return history
}

// register runs one operation.
func (s *site) register(op registerOp) (out registerOut, o outcome) {
	o = s.transact(func(run func(string, map[string]any) ([]*neo4j.Record, error)) error {
		text := "MATCH (r:Register {key: $k}) RETURN r.value"
		switch op.kind {
		case registerRead:
		case registerWrite:
			text = "MATCH (r:Register {key: $k}) SET r.value = $v RETURN r.value"
		case registerSwap:
			text = "MATCH (r:Register {key: $k}) WHERE r.value = $old SET r.value = $v RETURN r.value"
		}
		rows, err := run(text, map[string]any{"k": op.key, "v": op.value, "old": op.old})
		if err != nil {
			return err
		}
		out.swapped = len(rows) == 1
		if len(rows) == 1 {
			out.value, _ = rows[0].Values[0].(int64)
		}
		return nil
	})
	return out, o
}
