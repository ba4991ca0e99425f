package codec_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/storage/change"
)

// TestDecoderRemembersNothingWrong has one decoder read many payloads, whole, cut and
// damaged ones: each gives what a decoder of its own makes of it.
func TestDecoderRemembersNothingWrong(t *testing.T) {
	var encoders codec.Encoders
	rapid.Check(t, func(t *rapid.T) {
		in := fullNames()
		d := codec.NewDecoder(in)
		for range rapid.IntRange(2, 12).Draw(t, "payloads") {
			c := drawCommit(t)
			if rapid.Bool().Draw(t, "few") {
				c.Ops = c.Ops[:min(1, len(c.Ops))]
			}
			payload, err := encoders.Append(nil, c, in)
			if err != nil {
				t.Fatal(err)
			}
			switch rapid.IntRange(0, 3).Draw(t, "fault") {
			case 0:
				payload = payload[:rapid.IntRange(0, len(payload)).Draw(t, "cut")]
			case 1:
				payload[rapid.IntRange(0, len(payload)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
			}
			var got, want change.Commit
			gotErr, wantErr := d.Decode(payload, &got), codec.NewDecoder(in).Decode(payload, &want)
			if fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
				t.Fatalf("%v, alone %v", gotErr, wantErr)
			}
			if gotErr == nil && resolved(&got, in) != resolved(&want, in) {
				t.Fatalf("%s, alone %s", resolved(&got, in), resolved(&want, in))
			}
		}
	})
}
