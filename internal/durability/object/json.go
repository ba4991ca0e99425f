package object

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// jsonMax bounds the size of a JSON object.
const jsonMax = 256 << 20

// PutJSON puts a new object of v as JSON with its digest.
func PutJSON(ctx context.Context, s Store, name string, v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	line = append(line, '\n')
	data := append(line, jsonDigest(line, name)...)
	if len(data) > jsonMax {
		return fmt.Errorf("%s would have %d bytes, at most %d are allowed", name, len(data), jsonMax)
	}
	return s.Put(ctx, name, int64(len(data)), bytes.NewReader(data))
}

// GetJSON reads an object of PutJSON into v. It fails with ErrNotFound, a DamagedError, or
// what the store says.
func GetJSON(ctx context.Context, s Store, name string, v any) error {
	src, err := s.Get(ctx, name, 0)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(src, jsonMax+1))
	if err = errors.Join(err, src.Close()); err != nil {
		return err
	}
	if err := parseJSON(data, name, v); err != nil {
		return &DamagedError{Store: s.String(), Name: name, Err: err}
	}
	return nil
}

func jsonDigest(line []byte, name string) string {
	return fmt.Sprintf("%x  %s\n", sha256.Sum256(line), name)
}

func parseJSON(data []byte, name string, v any) error {
	end := bytes.IndexByte(data, '\n') + 1
	if end == 0 || len(data) > jsonMax || data[len(data)-1] != '\n' {
		return errCut
	}
	line, rest := data[:end], string(data[end:])
	switch want := jsonDigest(line, name); {
	case rest == want:
	case len(rest) < 64+2 || len(want) < 64+2 || rest[:64] != want[:64]:
		return errors.New("its JSON does not match its checksum")
	default:
		return fmt.Errorf("%w, %q", ErrExchanged, rest[64+2:])
	}
	if err := json.Unmarshal(line, v); err != nil {
		return fmt.Errorf("its JSON is not what belongs there: %w", err)
	}
	return nil
}
