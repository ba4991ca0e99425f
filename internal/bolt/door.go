package bolt

import (
	"context"
	"net"
	"strconv"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"memgraphd/internal/bolt/wire"
)

// door is what a connection has before its first bytes are right: a socket, a place in the
// census, and room for a handshake. All else comes with welcome, so that it costs little to
// refuse a client.
type door struct {
	number uint64
	first  [wire.HandshakeSize]byte
}

// declinesMax is how many lines of one kind the log gets in a second about connections that
// are refused at the door. The counters have all of them.
const declinesMax = 5

// sampled is a log that keeps to declinesMax.
func sampled(log *zap.Logger) *zap.Logger {
	return log.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return zapcore.NewSamplerWithOptions(core, time.Second, declinesMax, 0)
	}))
}

// name is what the connection is called in lists and logs.
func (d *door) name() string { return "bolt-" + strconv.FormatUint(d.number, 10) }

// decline logs why a client is refused that has not logged in.
func (c *conn) decline(level zapcore.Level, why string, fields ...zap.Field) {
	if entry := c.srv.doorLog.Check(level, why); entry != nil {
		entry.Write(append(fields, zap.String("connection", c.door.name()), zap.Stringer("client", c.nc.RemoteAddr()))...)
	}
}

// welcome gives a client whose first bytes are right what a conversation needs.
func (c *conn) welcome() {
	if c.welcomed.Load() {
		return
	}
	c.id = c.door.name()
	c.log = c.srv.o.Log.With(zap.String("connection", c.id), zap.Stringer("client", c.nc.RemoteAddr()))
	c.ctx, c.cancel = context.WithCancel(c.srv.ctx)
	c.in = newInbox(&c.srv.o)
	c.buf = make([]byte, readSize)
	c.out.spare, c.out.tick, c.out.size = &c.srv.buffers, &c.srv.monitor.tick, c.srv.o.OutputBufferBytes
	if tcp, ok := c.nc.(*net.TCPConn); ok {
		c.set(tcp.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true}))
	}
	c.welcomed.Store(true)
}
