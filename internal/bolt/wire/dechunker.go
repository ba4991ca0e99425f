package wire

import (
	"fmt"
	"slices"
)

// SizeError reports a message that passes its limit.
type SizeError struct {
	Max int // bytes
}

// Error names the limit.
func (e *SizeError) Error() string {
	return fmt.Sprintf("a message is larger than the limit of %d bytes", e.Max)
}

// growth is the most that is allocated ahead of what has arrived.
const growth = 64 << 10

// Dechunker joins chunks to messages. Its zero value is ready for the first byte after
// the handshake. It keeps no more than the message that is still incomplete.
type Dechunker struct {
	part    []byte // of the message so far, where it did not arrive in one piece
	left    int    // bytes of the current chunk still to come
	head    byte   // first byte of a chunk header, where hasHead
	hasHead bool
	started bool // a chunk of the current message was seen
}

// Partial returns the number of bytes kept of an incomplete message.
func (d *Dechunker) Partial() int { return len(d.part) }

// Held returns the number of bytes taken for an incomplete message. While it grows, what
// it outgrew is there as well until the next collection.
func (d *Dechunker) Held() int { return cap(d.part) }

// Next consumes input up to the end of the next message. It returns the message, nil if
// the input ends before it does, and the input that is left. The message is a view into
// input, or belongs to the caller where owned holds. A message of more than limit bytes
// is a *SizeError, after which the stream cannot be continued.
func (d *Dechunker) Next(input []byte, limit int) (msg, rest []byte, owned bool, err error) {
	if msg, rest = d.whole(input, limit); msg != nil {
		return msg, rest, false, nil
	}
	for len(input) > 0 {
		if d.left > 0 {
			n := min(d.left, len(input))
			if len(d.part)+d.left > limit {
				return nil, nil, false, &SizeError{Max: limit}
			}
			d.append(input[:n], limit)
			d.left -= n
			input = input[n:]
			continue
		}
		var size int
		var ok bool
		if size, input, ok = d.header(input); !ok {
			break
		}
		if size > 0 {
			d.left, d.started = size, true
			continue
		}
		if d.started {
			msg = d.part
			d.part, d.started = nil, false
			return msg, input, true, nil
		}
	}
	return nil, nil, false, nil
}

// Whole returns the message that input begins with, if it lies there as one chunk with its end, and
// the input that is left; nil where Next is needed. Nothing is consumed.
func (d *Dechunker) Whole(input []byte, limit int) (msg, rest []byte) { return d.whole(input, limit) }

// whole returns a message that lies in input as one chunk with its end: the usual case.
func (d *Dechunker) whole(input []byte, limit int) (msg, rest []byte) {
	if d.started || d.hasHead || len(input) < 4 {
		return nil, nil
	}
	size := int(input[0])<<8 | int(input[1])
	end := 2 + size
	if size == 0 || size > limit || len(input) < end+2 || input[end] != 0 || input[end+1] != 0 {
		return nil, nil
	}
	return input[2:end:end], input[end+2:]
}

// header reads a chunk header, which may arrive in two pieces.
func (d *Dechunker) header(input []byte) (size int, rest []byte, ok bool) {
	if d.hasHead {
		d.hasHead = false
		return int(d.head)<<8 | int(input[0]), input[1:], true
	}
	if len(input) == 1 {
		d.head, d.hasHead = input[0], true
		return 0, nil, false
	}
	return int(input[0])<<8 | int(input[1]), input[2:], true
}

// append grows by what has arrived, at least doubling up to growth at a time for a
// small message and by half for a large one; never by what a peer announces.
func (d *Dechunker) append(b []byte, limit int) {
	if need := len(d.part) + len(b); need > cap(d.part) {
		ahead := min(max(len(d.part)/2, min(len(d.part), growth)), limit-need)
		d.part = slices.Grow(d.part, len(b)+max(ahead, 0))
	}
	d.part = append(d.part, b...)
}
