package message

import "memgraphd/internal/bolt/packstream"

// CommitReply is the metadata of the SUCCESS to a COMMIT.
type CommitReply struct {
	Bookmark string // empty: none
}

// Append appends the message to dst.
func (r *CommitReply) Append(dst []byte) []byte {
	if r.Bookmark == "" {
		return appendSuccess(dst, 0)
	}
	dst = appendSuccess(dst, 1)
	return packstream.AppendString(packstream.AppendString(dst, "bookmark"), r.Bookmark)
}
