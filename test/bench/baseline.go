package main

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"time"
)

// echoSizes are the lengths of a request and of its answer, as the echo server is told them.
type echoSizes struct{ request, answer int }

// serveEcho answers every request of a fixed size with an answer of a fixed size. It is
// run in a process of its own, as the server under test is.
func serveEcho(l net.Listener, sizes echoSizes) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = conn.Close() }()
			in := bufio.NewReaderSize(conn, 16<<10)
			req, answer := make([]byte, sizes.request), make([]byte, sizes.answer)
			for {
				if _, err := io.ReadFull(in, req); err != nil {
					return
				}
				if _, err := conn.Write(answer); err != nil {
					return
				}
			}
		}()
	}
}

// echo measures the bare exchange of messages of these sizes.
func echo(clients int, d time.Duration, sizes echoSizes) (figure, error) {
	self, err := os.Executable()
	if err != nil {
		return figure{}, err
	}
	cmd := exec.Command(self, "echo", itoa(sizes.request), itoa(sizes.answer))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return figure{}, err
	}
	if err = cmd.Start(); err != nil {
		return figure{}, err
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return figure{}, err
	}
	addr = addr[:len(addr)-1]
	return loop(clients, d, func(int) (func(int) error, func(), error) {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return nil, nil, err
		}
		in := bufio.NewReaderSize(conn, 16<<10)
		req, answer := make([]byte, sizes.request), make([]byte, sizes.answer)
		once := func(int) error {
			if _, err := conn.Write(req); err != nil {
				return err
			}
			_, err := io.ReadFull(in, answer)
			return err
		}
		return once, func() { _ = conn.Close() }, nil
	})
}
