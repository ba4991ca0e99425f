// Package csvfile reads files of comma-separated values, and of values separated by
// anything else: the one reader of LOAD CSV and of the importer.
package csvfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Reader reads records of fields from text, compressed by gzip or not, which is seen
// from the first two bytes.
//
// A record ends at a line break outside of quotes. A field that begins with the quote ends
// at the next quote that is not doubled; the delimiter and line breaks may stand inside.
// No record may be longer than recordMax. The text is UTF-8, with a mark of byte order in
// front or without.
type Reader struct {
	in        *bufio.Reader
	unzip     *gzip.Reader
	delimiter string
	quote     string
	line      int   // number of the line that was read last
	began     int   // number of the line on which the record began
	inQuote   []int // the fields of the record that stood in quotes
	text      strings.Builder
}

// recordMax bounds the bytes of one record.
const recordMax = 16 << 20

// RecordError is a record that cannot be read; the next one can.
type RecordError struct{ What string }

// Error says what is wrong with the record.
func (e *RecordError) Error() string { return e.What }

var (
	errTooLong = fmt.Errorf("a record is longer than %d bytes", recordMax)
	errUTF16   = errors.New("it is UTF-16 and not UTF-8; convert it, for example with iconv -f utf-16 -t utf-8")
)

// NewReader returns a reader of a file whose fields have delimiter between them and may
// stand in quotes. It fails where the file begins as gzip and is none, and at the mark of
// byte order of UTF-16.
func NewReader(from io.Reader, delimiter, quote string) (*Reader, error) {
	c := &Reader{in: bufio.NewReaderSize(from, 1<<16), delimiter: delimiter, quote: quote}
	if head, err := c.in.Peek(2); err == nil && head[0] == 0x1f && head[1] == 0x8b {
		unzip, err := gzip.NewReader(c.in)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		c.unzip = unzip
		c.in = bufio.NewReaderSize(unzip, 1<<16)
	}
	if head, err := c.in.Peek(2); err == nil && (string(head) == "\xff\xfe" || string(head) == "\xfe\xff") {
		return nil, errUTF16
	}
	if head, err := c.in.Peek(3); err == nil && string(head) == "\xef\xbb\xbf" {
		if _, err := c.in.Discard(3); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Read appends the fields of the next record to dst. It returns io.EOF at the end and a
// *RecordError for a bad record, as one that is not UTF-8. Empty lines are skipped.
func (c *Reader) Read(dst []string) ([]string, error) {
	first := len(dst)
	dst, err := c.fields(dst)
	if err == nil {
		err = encoded(dst[first:])
	}
	return dst, err
}

// encoded fails at a field that is not UTF-8.
func encoded(fields []string) error {
	for i, f := range fields {
		if utf8.ValidString(f) {
			continue
		}
		at := 0
		for r, n := utf8.DecodeRuneInString(f); r != utf8.RuneError || n != 1; r, n = utf8.DecodeRuneInString(f[at:]) {
			at += n
		}
		return &RecordError{fmt.Sprintf("field %d is not UTF-8: its byte %d is 0x%02x; convert the file, "+
			"for example with iconv -f latin1 -t utf-8", i+1, at+1, f[at])}
	}
	return nil
}

// fields appends the fields of the next record to dst.
func (c *Reader) fields(dst []string) ([]string, error) {
	for {
		line, err := c.readLine()
		if err != nil {
			return dst, err
		}
		c.began, c.inQuote = c.line, c.inQuote[:0]
		if line == "" {
			continue
		}
		if !strings.Contains(line, c.quote) {
			return c.split(dst, line), nil
		}
		return c.quoted(dst, line)
	}
}

// Line returns the number of the line on which the last record began.
func (c *Reader) Line() int { return c.began }

// LastLine returns the number of the line that was read last.
func (c *Reader) LastLine() int { return c.line }

// Quoted reports whether field number i of the last record stood in quotes.
func (c *Reader) Quoted(i int) bool { return slices.Contains(c.inQuote, i) }

// readLine returns the next line without its end.
func (c *Reader) readLine() (string, error) {
	c.text.Reset()
	for {
		part, err := c.in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) && !errors.Is(err, io.EOF) {
			return "", err
		}
		if errors.Is(err, io.EOF) && len(part) == 0 && c.text.Len() == 0 {
			return "", io.EOF
		}
		if c.text.Len()+len(part) > recordMax {
			return "", errTooLong
		}
		if err == nil || errors.Is(err, io.EOF) {
			c.line++
			part = bytes.TrimSuffix(bytes.TrimSuffix(part, []byte("\n")), []byte("\r"))
			if c.text.Len() == 0 {
				return string(part), nil
			}
			c.text.Write(part)
			return strings.TrimSuffix(c.text.String(), "\r"), nil
		}
		c.text.Write(part)
	}
}

// split takes apart a line without quotes.
func (c *Reader) split(dst []string, line string) []string {
	for {
		field, rest, more := strings.Cut(line, c.delimiter)
		dst = append(dst, field)
		if !more {
			return dst
		}
		line = rest
	}
}

// quoted takes apart a record with quotes, which may go on over further lines.
func (c *Reader) quoted(dst []string, line string) ([]string, error) {
	first := len(dst)
	for {
		if !strings.HasPrefix(line, c.quote) {
			field, rest, more := strings.Cut(line, c.delimiter)
			if strings.Contains(field, c.quote) {
				return dst, &RecordError{"a quote stands inside of a field that does not begin with one"}
			}
			dst = append(dst, field)
			if !more {
				return dst, nil
			}
			line = rest
			continue
		}
		field, rest, err := c.inQuotes(line[len(c.quote):])
		if err != nil {
			return dst, err
		}
		c.inQuote = append(c.inQuote, len(dst)-first)
		dst = append(dst, field)
		if rest == "" {
			return dst, nil
		}
		if !strings.HasPrefix(rest, c.delimiter) {
			return dst, &RecordError{"text follows the closing quote of a field"}
		}
		line = rest[len(c.delimiter):]
	}
}

// inQuotes returns the field whose text begins after an opening quote and what stands
// after the closing one.
func (c *Reader) inQuotes(text string) (field, rest string, err error) {
	var b strings.Builder
	for {
		before, after, closed := strings.Cut(text, c.quote)
		b.WriteString(before)
		if b.Len() > recordMax {
			return "", "", errTooLong
		}
		if !closed {
			next, err := c.readLine()
			if errors.Is(err, io.EOF) {
				return "", "", &RecordError{"a quote is not closed before the end of the file"}
			}
			if err != nil {
				return "", "", err
			}
			b.WriteByte('\n')
			text = next
			continue
		}
		if strings.HasPrefix(after, c.quote) {
			b.WriteString(c.quote)
			text = after[len(c.quote):]
			continue
		}
		return b.String(), after, nil
	}
}
