package main

import (
	"cmp"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"memgraphd/internal/config"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/query"
	"memgraphd/internal/setting"
)

// remote is what RECOVER SNAPSHOT uses to read from other machines, as it is in force.
type remote struct {
	connectTimeout       atomic.Int64 // nanoseconds
	region, endpoint     changingText
	accessKey, secretKey changingText
}

// changingText is a string that changes while others read it.
type changingText struct{ at atomic.Pointer[string] }

func (t *changingText) store(s string) { t.at.Store(&s) }

func (t *changingText) load() string {
	if s := t.at.Load(); s != nil {
		return *s
	}
	return ""
}

// take puts in force what flags say.
func (r *remote) take(c *config.Remote) {
	r.connectTimeout.Store(int64(c.ConnectTimeout))
	r.region.store(c.Region)
	r.endpoint.store(c.Endpoint)
	r.accessKey.store(c.AccessKey)
	r.secretKey.store(c.SecretKey)
}

// settings are those of Memgraph's about other machines.
func (r *remote) settings(c *config.Config) []setting.Definition {
	return []setting.Definition{
		fromFlag(c, "aws.region", r.region.store),
		fromFlag(c, "aws.endpoint_url", r.endpoint.store),
		fromFlag(c, "aws.access_key", r.accessKey.store),
		fromFlag(c, "aws.secret_key", r.secretKey.store),
		fromFlag(c, "file.download_conn_timeout_sec", inSeconds(&r.connectTimeout)),
	}
}

// bucket says how the bucket of a request is reached: as the request says, the settings, the flags of
// archives and backups, and then the environment.
func (s *server) bucket(q query.RecoverRequest) object.Options {
	r := &s.inForce.remote
	return object.Options{
		Endpoint:  cmp.Or(q.Config["aws_endpoint_url"], r.endpoint.load(), s.cfg.S3.Endpoint),
		Region:    cmp.Or(q.Config["aws_region"], r.region.load(), s.cfg.S3.Region),
		AccessKey: r.accessKey.load(), SecretKey: r.secretKey.load(), Now: time.Now,
	}
}

// transport connects to a server of files, in the time that there is for it.
func (r *remote) transport() *http.Transport {
	dialer := net.Dialer{Timeout: time.Duration(r.connectTimeout.Load())}
	return &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSHandshakeTimeout: dialer.Timeout, DisableKeepAlives: true}
}
