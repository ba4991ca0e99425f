package query_test

import (
	"testing"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/failure"
)

// TestBookmarks holds which bookmarks are waited for.
func TestBookmarks(t *testing.T) {
	e := open(t, func(o *query.Options) { o.QueryTimeout = func() time.Duration { return time.Minute } })
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	if err := s.Begin(t.Context(), query.TxOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := drain(t, s, "CREATE (:A)"); err != nil {
		t.Fatal(err)
	}
	mark, err := s.Commit(t.Context())
	if err != nil || mark == "" {
		t.Fatal(mark, err)
	}
	for _, c := range []struct{ mark, detail string }{
		{mark, ""},
		{mark + "0", "InvalidBookmark"}, // a commit that is still to come, or of before a restore
		{"memgraphd:18446744073709551615", "InvalidBookmark"},
		{"FB:kcwQ/wTfJf8rS1WY+GiIKXsCXgmQ", "InvalidBookmark"},
		{"", "InvalidBookmark"},
	} {
		from := time.Now()
		err := s.Begin(t.Context(), query.TxOptions{Bookmarks: []string{mark, c.mark}})
		switch f := failure.Of(err); {
		case c.detail == "" && err != nil, c.detail != "" && (f == nil || f.Detail != c.detail):
			t.Errorf("%q: %v", c.mark, err)
		}
		if took := time.Since(from); took > time.Second {
			t.Errorf("%q: it took %s", c.mark, took)
		}
		s.Reset()
	}
}
