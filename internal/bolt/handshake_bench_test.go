package bolt

import (
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// processorTime is what the process has used.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// knock opens a connection, says first, and reads until the far end closes it.
func knock(tb testing.TB, address string, first, buf []byte) {
	tb.Helper()
	nc, err := net.Dial("tcp", address)
	if err != nil {
		tb.Fatal(err)
	}
	if tcp, ok := nc.(*net.TCPConn); ok {
		if err := tcp.SetLinger(0); err != nil { // leaves no socket behind
			tb.Fatal(err)
		}
	}
	if _, err := nc.Write(first); err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := nc.Read(buf); err != nil {
			break
		}
	}
	_ = nc.Close()
}

// doorman accepts connections, reads from each once, and closes it: the least that a refusal
// can cost.
func doorman(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				var buf [64]byte
				_, _ = nc.Read(buf[:])
				_ = nc.Close()
			}()
		}
	}()
	return l.Addr().String()
}

// BenchmarkRefusal measures what a connection costs that is refused, beside one that is
// just closed. The processor time is that of both ends.
func BenchmarkRefusal(b *testing.B) {
	log := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(io.Discard), zap.InfoLevel))
	_, _, address := startServer(b, func(o *Options) { o.Log = log })
	for _, c := range []struct{ name, first string }{
		{"unknown protocol", "\x00"},
		{"wrong magic", "\x60\x60\xb0\x18\x00\x00\x04\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"},
		{"no version", "\x60\x60\xb0\x17\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"},
		{"TLS", "\x16\x03\x01\x00"},
	} {
		for _, to := range []struct{ name, address string }{{"closed", doorman(b)}, {"refused", address}} {
			b.Run(c.name+"/"+to.name, func(b *testing.B) {
				buf := make([]byte, 64)
				b.ReportAllocs()
				before := processorTime(b)
				for range b.N {
					knock(b, to.address, []byte(c.first), buf)
				}
				b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}
