package exec

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
)

// csvReader reads records of fields from text, compressed by gzip or not, which is seen
// from the first two bytes.
//
// A record ends at a line break outside of quotes. A field that begins with the quote ends
// at the next quote that is not doubled; the delimiter and line breaks may stand inside.
// No record may be longer than csvRecordMax.
type csvReader struct {
	in        *bufio.Reader
	unzip     *gzip.Reader
	delimiter string
	quote     string
	line      int // number of the line that was read last
	began     int // number of the line on which the record began
	text      strings.Builder
}

// csvRecordMax bounds the bytes of one record.
const csvRecordMax = 16 << 20

// csvError is a record that cannot be read; the next one can.
type csvError struct{ what string }

// Error says what is wrong with the record.
func (e *csvError) Error() string { return e.what }

var errRecordTooLong = fmt.Errorf("a record is longer than %d bytes", csvRecordMax)

func newCSVReader(from io.Reader, delimiter, quote string) (*csvReader, error) {
	c := &csvReader{in: bufio.NewReaderSize(from, 1<<16), delimiter: delimiter, quote: quote}
	if head, err := c.in.Peek(2); err == nil && head[0] == 0x1f && head[1] == 0x8b {
		unzip, err := gzip.NewReader(c.in)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		c.unzip = unzip
		c.in = bufio.NewReaderSize(unzip, 1<<16)
	}
	if head, err := c.in.Peek(3); err == nil && string(head) == "\xef\xbb\xbf" {
		if _, err := c.in.Discard(3); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// read appends the fields of the next record to dst. It returns io.EOF at the end and a
// *csvError for a bad record. Empty lines are skipped.
func (c *csvReader) read(dst []string) ([]string, error) {
	for {
		line, err := c.readLine()
		if err != nil {
			return dst, err
		}
		c.began = c.line
		if line == "" {
			continue
		}
		if !strings.Contains(line, c.quote) {
			return c.split(dst, line), nil
		}
		return c.quoted(dst, line)
	}
}

// readLine returns the next line without its end.
func (c *csvReader) readLine() (string, error) {
	c.text.Reset()
	for {
		part, err := c.in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) && !errors.Is(err, io.EOF) {
			return "", err
		}
		if errors.Is(err, io.EOF) && len(part) == 0 && c.text.Len() == 0 {
			return "", io.EOF
		}
		if c.text.Len()+len(part) > csvRecordMax {
			return "", errRecordTooLong
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
func (c *csvReader) split(dst []string, line string) []string {
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
func (c *csvReader) quoted(dst []string, line string) ([]string, error) {
	for {
		if !strings.HasPrefix(line, c.quote) {
			field, rest, more := strings.Cut(line, c.delimiter)
			if strings.Contains(field, c.quote) {
				return dst, &csvError{"a quote stands inside of a field that does not begin with one"}
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
		dst = append(dst, field)
		if rest == "" {
			return dst, nil
		}
		if !strings.HasPrefix(rest, c.delimiter) {
			return dst, &csvError{"text follows the closing quote of a field"}
		}
		line = rest[len(c.delimiter):]
	}
}

// inQuotes returns the field whose text begins after an opening quote and what stands
// after the closing one.
func (c *csvReader) inQuotes(text string) (field, rest string, err error) {
	var b strings.Builder
	for {
		before, after, closed := strings.Cut(text, c.quote)
		b.WriteString(before)
		if b.Len() > csvRecordMax {
			return "", "", errRecordTooLong
		}
		if !closed {
			next, err := c.readLine()
			if errors.Is(err, io.EOF) {
				return "", "", &csvError{"a quote is not closed before the end of the file"}
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

// mismatch says that a record has not as many fields as the header.
func mismatch(have, want int) string {
	return fmt.Sprintf("the row has %d fields, the header has %d", have, want)
}
