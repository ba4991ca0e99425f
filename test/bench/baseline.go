package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// sample is a request and what the server answered to it, which the echo answers too.
type sample struct{ request, answer []byte }

// sampleOf asks the server once.
func sampleOf(addr string, request []byte) (sample, error) {
	c, err := dialBolt(addr)
	if err != nil {
		return sample{}, err
	}
	defer func() { _ = c.conn.Close() }()
	s := sample{request: request}
	c.heard = func(b []byte) { s.answer = append(s.answer, b...) }
	return s, c.exchange(request)
}

const (
	// typicalOf is how many answers a typical one is chosen from, unless they take longer than typicalTime.
	typicalOf   = 2048
	typicalTime = time.Second
)

// typicalOfAll returns one of the first requests of a client, and its answer: the one that is nearest to the mean in
// bytes, so that an echo of it exchanges as many as the server.
func typicalOfAll(addr string, q reading) (sample, error) {
	c, err := dialBolt(addr)
	if err != nil {
		return sample{}, err
	}
	defer func() { _ = c.conn.Close() }()
	sizes, sum := make([]int, 0, typicalOf), 0
	c.heard = func(b []byte) { sizes[len(sizes)-1] += len(b) }
	for began := time.Now(); len(sizes) < typicalOf && time.Since(began) < typicalTime; {
		sizes = append(sizes, 0)
		if err = c.exchange(q.request(nil, 0, len(sizes))); err != nil {
			return sample{}, err
		}
		sum += sizes[len(sizes)-1]
	}
	nearest, mean := 0, sum/len(sizes)
	off := func(i int) int { return max(sizes[i]-mean, mean-sizes[i]) }
	for i := range sizes {
		if off(i) < off(nearest) {
			nearest = i
		}
	}
	return sampleOf(addr, q.request(nil, 0, nearest+1))
}

// echoMain is the echo server's process: it reads the answer from the standard input, prints
// its address and answers every so many bytes with it, and does nothing else.
func echoMain(request string) {
	n, err1 := strconv.Atoi(request)
	answer, err2 := io.ReadAll(os.Stdin)
	l, err3 := net.Listen("tcp", "127.0.0.1:0")
	if err1 != nil || err2 != nil || err3 != nil {
		os.Exit(2)
	}
	_, _ = fmt.Fprintln(os.Stdout, l.Addr())
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = conn.Close() }()
			in, req := bufio.NewReaderSize(conn, 16<<10), make([]byte, n)
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

// echoServer is the process of echoMain.
type echoServer struct {
	cmd  *exec.Cmd
	addr string
}

func startEcho(s sample) (*echoServer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "echo", itoa(len(s.request)))
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err = cmd.Start(); err != nil {
		return nil, err
	}
	e := &echoServer{cmd: cmd}
	if _, err = in.Write(s.answer); err == nil {
		err = in.Close()
	}
	if err == nil {
		e.addr, err = bufio.NewReader(out).ReadString('\n')
	}
	if err != nil {
		e.stop()
		return nil, err
	}
	e.addr = e.addr[:len(e.addr)-1]
	return e, nil
}

func (e *echoServer) pid() int { return e.cmd.Process.Pid }

func (e *echoServer) stop() {
	_ = e.cmd.Process.Kill()
	_ = e.cmd.Wait()
}

// dial opens a client that reads the echo as it reads the server.
func (e *echoServer) dial() (*boltClient, error) {
	conn, err := net.Dial("tcp", e.addr)
	if err != nil {
		return nil, err
	}
	return newBoltClient(conn), nil
}

// echo measures the bare exchange of s.
func echo(clients int, d time.Duration, s sample) (figure, error) {
	e, err := startEcho(s)
	if err != nil {
		return figure{}, err
	}
	defer e.stop()
	return loopAt(e.pid(), clients, d, func(int) (func(int) error, func(), error) {
		c, err := e.dial()
		if err != nil {
			return nil, nil, err
		}
		return func(int) error { return c.exchange(s.request) }, func() { _ = c.conn.Close() }, nil
	})
}
