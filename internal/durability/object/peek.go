package object

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
)

// Peek reads the header and the trailer of a sealed object and nothing between: it tells
// what the object is and whether it was cut, and proves nothing else.
func Peek(ctx context.Context, s Store, name string) (Header, Sealed, error) {
	info, err := s.Stat(ctx, name)
	if err != nil {
		return Header{}, Sealed{}, err
	}
	h, err := ReadHeader(ctx, s, name)
	if err != nil {
		return Header{}, Sealed{}, err
	}
	if h.Name != name {
		return h, Sealed{}, &DamagedError{Store: s.String(), Name: name, Err: fmt.Errorf("%w, %s", ErrExchanged, h.Name)}
	}
	if info.Bytes < tailBytes {
		return h, Sealed{}, &DamagedError{Store: s.String(), Name: name, Err: errCut}
	}
	tail := make([]byte, tailBytes)
	src, err := s.Get(ctx, name, info.Bytes-tailBytes)
	if err != nil {
		return h, Sealed{}, err
	}
	err = readWhole(src, tail)
	if closed := src.Close(); err == nil {
		err = closed
	}
	le := binary.LittleEndian
	stored := int64(len(h.encode())) + int64(le.Uint64(tail[8:])) + tailBytes
	switch {
	case err == nil && (string(tail[56:]) != magicTail || stored != info.Bytes):
		err = errCut
	case err == nil && int64(le.Uint64(tail)) != h.RawBytes():
		err = errors.New("its sizes do not fit each other")
	case err != nil && !errors.Is(err, errCut):
		return h, Sealed{}, err
	}
	if err != nil {
		return h, Sealed{}, &DamagedError{Store: s.String(), Name: name, Err: err}
	}
	return h, Sealed{Name: name, Bytes: info.Bytes, RawBytes: h.RawBytes(), SHA256: hex.EncodeToString(tail[16 : 16+digestBytes])}, nil
}
