package message

import "memgraphd/internal/bolt/packstream"

// AppendIgnored appends the answer to a request that was not looked at.
func AppendIgnored(dst []byte) []byte {
	return packstream.AppendStructHeader(dst, 0, byte(KindIgnored))
}
