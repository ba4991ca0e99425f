package online

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/storage/value"
)

const (
	// partBytes is how much one row of a read has.
	partBytes = 1 << 20
	// readMax bounds what one read gives.
	readMax = 8 << 20
	// holderMax bounds the name of who reads, in bytes.
	holderMax = 200
)

// Procedures are the procedures of the package comment.
func (s *Server) Procedures() []procedure.Procedure {
	id := procedure.Argument{Name: "session", Type: procedure.String}
	all := []procedure.Procedure{
		{
			Name:    "mg.backup.begin",
			Args:    []procedure.Argument{{Name: "holder", Type: procedure.String}},
			Results: []procedure.Result{{Name: "session", Type: procedure.String}, {Name: "lease_ms", Type: procedure.Integer}, {Name: "description", Type: procedure.String}},
			Call:    s.callBegin,
		},
		{
			Name: "mg.backup.describe", Args: []procedure.Argument{id},
			Results: []procedure.Result{{Name: "description", Type: procedure.String}},
			Call:    s.callDescribe,
		},
		{
			Name: "mg.backup.read",
			Args: []procedure.Argument{
				id, {Name: "file", Type: procedure.String}, {Name: "offset", Type: procedure.Integer}, {Name: "bytes", Type: procedure.Integer},
			},
			Results: []procedure.Result{{Name: "data", Type: procedure.Bytes}},
			Call:    s.callRead,
		},
		{
			Name:    "mg.backup.keep",
			Args:    []procedure.Argument{id, {Name: "commit", Type: procedure.Integer}},
			Results: []procedure.Result{{Name: "lease_ms", Type: procedure.Integer}},
			Call:    s.callKeep,
		},
		{
			Name: "mg.backup.completed", Args: []procedure.Argument{id, {Name: "commit", Type: procedure.Integer}},
			Results: []procedure.Result{{Name: "noted", Type: procedure.Boolean}},
			Call:    s.callCompleted,
		},
		{
			Name: "mg.backup.end", Args: []procedure.Argument{id},
			Results: []procedure.Result{{Name: "ended", Type: procedure.Boolean}},
			Call: func(_ *procedure.Context, args []value.Value) (procedure.Rows, error) {
				ended, err := s.end(text(args[0]))
				return row(value.Bool(ended)), err
			},
		},
	}
	for i := range all {
		all[i].Privileges = auth.PrivilegesOf(auth.Durability)
	}
	return all
}

func (s *Server) callBegin(_ *procedure.Context, args []value.Value) (procedure.Rows, error) {
	holder := text(args[0])
	if holder == "" || len(holder) > holderMax || strings.ContainsFunc(holder, func(r rune) bool { return r < ' ' }) {
		return nil, fmt.Errorf("the holder is the name of who reads: 1 to %d bytes without control characters", holderMax)
	}
	id, d, err := s.begin(holder)
	if err != nil {
		return nil, err
	}
	described, err := describe(d)
	if err != nil {
		return nil, err
	}
	return row(value.String(id), value.Int(s.o.Lease.Milliseconds()), described), nil
}

func (s *Server) callDescribe(_ *procedure.Context, args []value.Value) (procedure.Rows, error) {
	var rows procedure.Rows
	err := s.use(text(args[0]), func(one *session) error {
		d, err := one.describe()
		if err != nil {
			return err
		}
		described, err := describe(d)
		rows = row(described)
		return err
	})
	return rows, err
}

// callKeep renews a session, and gives up what it does not need any longer.
func (s *Server) callKeep(_ *procedure.Context, args []value.Value) (procedure.Rows, error) {
	err := s.use(text(args[0]), func(one *session) error {
		switch {
		case args[1].IsNull():
			return nil
		case args[1].AsInt() < 0:
			return fmt.Errorf("the commit is %d, it cannot be negative", args[1].AsInt())
		}
		return one.keepFrom(uint64(args[1].AsInt()))
	})
	if err != nil {
		return nil, err
	}
	return row(value.Int(s.o.Lease.Milliseconds())), nil
}

// callCompleted hears that the backup of a session is where it belongs.
func (s *Server) callCompleted(_ *procedure.Context, args []value.Value) (procedure.Rows, error) {
	noted := false
	err := s.use(text(args[0]), func(one *session) error {
		w, ok := one.source.(backup.Witness)
		if !ok || args[1].IsNull() || args[1].AsInt() < 0 {
			return nil
		}
		noted = true
		return w.Completed(context.Background(), uint64(args[1].AsInt()))
	})
	if err != nil {
		return nil, err
	}
	return row(value.Bool(noted)), nil
}

func (s *Server) callRead(c *procedure.Context, args []value.Value) (procedure.Rows, error) {
	for i, name := range []string{"session", "file", "offset", "bytes"} {
		if args[i].IsNull() {
			return nil, fmt.Errorf("%s is null", name)
		}
	}
	bytes := args[3].AsInt()
	if bytes < 1 || bytes > readMax {
		return nil, fmt.Errorf("bytes is %d, from 1 to %d can be read at once", bytes, readMax)
	}
	if err := c.Reserve(bytes); err != nil {
		return nil, err
	}
	var rows [][]value.Value
	err := s.use(text(args[0]), func(one *session) error {
		return one.read(text(args[1]), args[2].AsInt(), bytes, func(part []byte) error {
			rows = append(rows, []value.Value{value.Bytes(part)})
			return c.Interrupted()
		})
	})
	if err != nil {
		return nil, err
	}
	return procedure.List(rows), nil
}

// describe makes a value of a description.
func describe(d backup.Description) (value.Value, error) {
	encoded, err := json.Marshal(d)
	if err != nil {
		return value.Null, fmt.Errorf("describing the database: %w", err)
	}
	return value.String(string(encoded)), nil
}

// text returns a string, the empty one for null.
func text(v value.Value) string {
	if v.IsNull() {
		return ""
	}
	return v.AsString()
}

// row is a call that gives one row.
func row(values ...value.Value) procedure.Rows { return procedure.List([][]value.Value{values}) }
