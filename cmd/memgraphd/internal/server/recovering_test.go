package server

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"memgraphd/cmd/memgraphd/internal/systemd"
	"memgraphd/internal/durability"
)

// TestProgressText reads what the log and systemd are told of a recovery.
func TestProgressText(t *testing.T) {
	for _, c := range []struct {
		p    durability.Progress
		want string
	}{
		{durability.Progress{Phase: durability.PhaseVerify}, "Recovering: checking the snapshot"},
		{
			durability.Progress{Phase: durability.PhaseSnapshot, Total: 3 << 30},
			"Recovering: loading the snapshot, 0 % of 3.0 GiB",
		},
		{
			durability.Progress{Phase: durability.PhaseSnapshot, Bytes: 1 << 30, Total: 3 << 30, InPhase: 4 * time.Second, Elapsed: time.Minute},
			"Recovering: loading the snapshot, 33 % of 3.0 GiB, 256.0 MiB/s, about 8s left",
		},
		{
			durability.Progress{Phase: durability.PhaseLog, Bytes: 500, Total: 500, Commits: 3000, InPhase: 2 * time.Second},
			"Recovering: replaying the log, 100 % of 500 B, 3000 commits, 250 B/s and 1500 commits/s, about 0s left",
		},
	} {
		if got := progressText(c.p); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// TestRecoveringSpeaksByTheClock plays systemd during a recovery whose one step takes long: it
// is told how far that is, and to wait.
func TestRecoveringSpeaksByTheClock(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = manager.Close() })
	t.Setenv("NOTIFY_SOCKET", socket)
	s := &server{notices: zap.NewNop(), systemd: systemd.Notifier{Log: zap.NewNop()}}
	if got := s.state().state; got != stateStarting {
		t.Errorf("state %s", got)
	}
	stop := s.startRecovering()
	s.recovering.hear(durability.Progress{Phase: durability.PhaseLog, Commits: 5, InPhase: time.Second})
	buffer := make([]byte, 4096)
	if err = manager.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	n, err := manager.Read(buffer)
	if err != nil {
		t.Fatal(err)
	}
	const want = "Recovering: replaying the log, 5 commits"
	if got := string(buffer[:n]); !strings.HasPrefix(got, "STATUS="+want+"\nEXTEND_TIMEOUT_USEC=") {
		t.Errorf("systemd hears %q", got)
	}
	if got := s.state(); got.state != stateRecovering || got.text != want || s.ready() == nil || s.live(t.Context()) != nil {
		t.Errorf("state %+v", got)
	}
	stop()
}
