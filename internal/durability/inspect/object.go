package inspect

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"memgraphd/internal/durability/object"
)

// The kinds of objects of a repository.
const (
	KindPieceObject    Kind = "sealed piece of the log"
	KindSnapshotObject Kind = "sealed snapshot"
	KindJSONObject     Kind = "JSON object"
)

// DescribeObject reads a whole object of a repository, proves it, and says what it holds.
// Without keys an encrypted one is proved by its digest only.
func DescribeObject(ctx context.Context, s object.Store, name string, keys object.Keys) (File, error) {
	out := File{Name: name}
	info, err := s.Stat(ctx, name)
	if err != nil {
		return out, err
	}
	out.Bytes = info.Bytes
	if strings.HasSuffix(name, ".json") {
		out.Kind = KindJSONObject
		var content json.RawMessage
		return out.damagedObject(object.GetJSON(ctx, s, name, &content))
	}
	h, _, err := object.Verify(ctx, s, name, keys)
	if h.Name == "" {
		return out.damagedObject(err)
	}
	out.Database, out.Timeline, out.Made = hex.EncodeToString(h.Database[:]), h.Timeline, instant(h.Created)
	out.UsedBytes, out.Encrypted = h.RawBytes(), h.Key != object.KeyID{}
	if h.Index > 0 || strings.HasSuffix(name, ".snap") {
		out.Kind, out.LastCommit = KindSnapshotObject, h.Index
	} else {
		out.Kind, out.Segment, out.From, out.To = KindPieceObject, h.Segment, h.From, h.To
		out.FirstCommit, out.LastCommit = h.FirstCommit, h.LastCommit
		out.FirstTime, out.LastTime = instant(h.FirstTime), instant(h.LastTime)
	}
	return out.damagedObject(err)
}

// damagedObject is damaged for objects.
func (f File) damagedObject(err error) (File, error) {
	if errors.Is(err, object.ErrDamaged) {
		f.Damage = err.Error()
		return f, nil
	}
	return f, err
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
