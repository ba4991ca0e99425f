package message

import "memgraphd/internal/bolt/packstream"

// AppendSuccess appends a SUCCESS that says nothing more.
func AppendSuccess(dst []byte) []byte { return appendSuccess(dst, 0) }

// appendSuccess begins a SUCCESS with n entries of metadata.
func appendSuccess(dst []byte, n int) []byte {
	dst = packstream.AppendStructHeader(dst, 1, byte(KindSuccess))
	return packstream.AppendMapHeader(dst, n)
}
