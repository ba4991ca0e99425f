package message

import "memgraphd/internal/bolt/packstream"

// entries calls field with each key of the map that d stands at; a null counts as an
// empty map. The key is a view into the message. What field does not know it must skip.
func entries(d *packstream.Decoder, field func(key []byte) error) error {
	if d.Peek() == packstream.TypeNull {
		return d.Null()
	}
	n, err := d.MapHeader()
	if err != nil {
		return err
	}
	for range n {
		key, err := d.StringView()
		if err != nil {
			return err
		}
		if err := field(key); err != nil {
			return err
		}
	}
	return nil
}

// optional reads a string where null means none.
func optional(d *packstream.Decoder) (string, error) {
	if d.Peek() == packstream.TypeNull {
		return "", d.Null()
	}
	return d.String()
}

// texts appends a list of strings to dst; null means an empty list.
func texts(d *packstream.Decoder, dst []string) ([]string, error) {
	if d.Peek() == packstream.TypeNull {
		return dst, d.Null()
	}
	n, err := d.ListHeader()
	if err != nil {
		return dst, err
	}
	for range n {
		s, err := d.String()
		if err != nil {
			return dst, err
		}
		dst = append(dst, s)
	}
	return dst, nil
}

// integer reads an integer where null means the default.
func integer(d *packstream.Decoder, standard int64) (int64, error) {
	if d.Peek() == packstream.TypeNull {
		return standard, d.Null()
	}
	return d.Int()
}
