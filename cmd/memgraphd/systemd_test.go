package main

import (
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSystemdHearsTheStates plays systemd: it hears when the server is ready, alive and stopping.
func TestSystemdHearsTheStates(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = manager.Close() })
	t.Setenv("NOTIFY_SOCKET", socket)
	t.Setenv("WATCHDOG_USEC", "200000")
	s := start(t, t.TempDir())
	hear := func(want string) {
		t.Helper()
		if err := manager.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		var heard []string
		for buffer := make([]byte, 4096); ; {
			n, err := manager.Read(buffer)
			if err != nil {
				t.Fatalf("%v; no %s in %q", err, want, heard)
			}
			heard = append(heard, string(buffer[:n]))
			if strings.Contains(string(buffer[:n]), want) {
				return
			}
		}
	}
	hear("READY=1\nSTATUS=Serving Bolt at 127.0.0.1:" + s.port)
	hear("WATCHDOG=1")
	if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	hear("RELOADING=1\nMONOTONIC_USEC=")
	hear("READY=1\nSTATUS=Serving Bolt at 127.0.0.1:" + s.port)
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("exit %d", code)
	}
	hear("STOPPING=1")
}
