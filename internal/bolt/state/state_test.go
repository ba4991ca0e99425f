package state

import (
	"testing"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/bolt/wire"
)

// TestRules checks what must hold of every rule.
func TestRules(t *testing.T) {
	for _, v := range wire.Supported() {
		for _, s := range States() {
			for tag := range 256 {
				k := message.Kind(tag)
				r := On(v, s, k)
				switch {
				case s == Defunct || !k.In(v):
					if r.Action != Refuse {
						t.Errorf("%s %s %s: %s", v, s, k, r.Action)
					}
				case k == message.KindGoodbye:
					if r.Action != Hangup {
						t.Errorf("%s %s %s: %s", v, s, k, r.Action)
					}
				case s == Failed || s == Interrupted:
					if want := k == message.KindReset; want != (r.Action == Perform) || !want && r.Action != Ignore {
						t.Errorf("%s %s %s: %s", v, s, k, r.Action)
					}
				}
				if (r.Action == Refuse || r.Action == Hangup) && r.Done != Defunct {
					t.Errorf("%s %s %s goes on to %s", v, s, k, r.Done)
				}
				if !s.LoggedIn() && s != Defunct && r.Action == Perform && r.Failed != Defunct {
					t.Errorf("%s %s %s: a failed login leads to %s", v, s, k, r.Failed)
				}
			}
		}
	}
}

// FuzzConversation walks through random messages and outcomes.
func FuzzConversation(f *testing.F) {
	f.Add(uint8(0), []byte{0x01, 0x6A, 0x10, 0x3F, 0x0F, 0x02})
	f.Add(uint8(5), []byte{0x01, 0x11, 0x10, 0x10, 0x3F, 0x12})
	f.Fuzz(func(t *testing.T, version uint8, script []byte) {
		v := wire.Supported()[int(version)%len(wire.Supported())]
		s, in, tx := Negotiation, false, false
		for i := 0; i+1 < len(script); i += 2 {
			k := message.Requests()[int(script[i])%len(message.Requests())]
			outcome := script[i+1]
			if outcome&8 != 0 && k != message.KindReset {
				s = s.Interrupt()
			}
			before, r := s, On(v, s, k)
			failed := false
			switch {
			case r.Action != Perform || outcome&3 == 0:
				s = r.Done
			case outcome&3 == 1:
				s = r.More
			default:
				s, failed = r.Failed, true
			}
			ok := r.Action == Perform && !failed
			switch {
			case before == Defunct && s != Defunct:
				t.Fatalf("%s after the end leads to %s", k, s)
			case (before == Failed || before == Interrupted) && k != message.KindReset && s != before && s != Defunct:
				t.Fatalf("%s leads from %s to %s", k, before, s)
			case r.Action == Perform && !in && k != message.KindHello && k != message.KindLogon:
				t.Fatalf("%s is performed before the login", k)
			case r.Action == Perform && !tx && (k == message.KindCommit || k == message.KindRollback):
				t.Fatalf("%s is performed without a transaction", k)
			case r.Action == Perform && tx && k == message.KindBegin:
				t.Fatal("BEGIN is performed in a transaction")
			}
			switch {
			case s == Ready:
				in, tx = true, false
			case s == Negotiation, s == Authentication:
				in = false
			case ok && k == message.KindBegin:
				tx = true
			case s == Failed:
				tx = false
			}
			if tx != (s == TxReady || s == TxStreaming) && s != Interrupted && s != Defunct {
				t.Fatalf("transaction %v in %s", tx, s)
			}
		}
	})
}
