package settings

import (
	"sync/atomic"
	"time"

	"memgraphd/internal/config"
	"memgraphd/internal/setting"
)

// Remote is what RECOVER SNAPSHOT uses to read from other machines, as it is in force.
type Remote struct {
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

// Take puts in force what flags say.
func (r *Remote) Take(c *config.Remote) {
	r.connectTimeout.Store(int64(c.ConnectTimeout))
	r.region.store(c.Region)
	r.endpoint.store(c.Endpoint)
	r.accessKey.store(c.AccessKey)
	r.secretKey.store(c.SecretKey)
}

// Definitions are the settings of Memgraph's about other machines.
func (r *Remote) Definitions(c *config.Config) []setting.Definition {
	return []setting.Definition{
		fromFlag(c, "aws.region", r.region.store),
		fromFlag(c, "aws.endpoint_url", r.endpoint.store),
		fromFlag(c, "aws.access_key", r.accessKey.store),
		fromFlag(c, "aws.secret_key", r.secretKey.store),
		fromFlag(c, "file.download_conn_timeout_sec", inSeconds(&r.connectTimeout)),
	}
}

// ConnectTimeout bounds how long a connection takes to come about.
func (r *Remote) ConnectTimeout() time.Duration { return time.Duration(r.connectTimeout.Load()) }

// Bucket is how a bucket is reached; what is empty, others say.
func (r *Remote) Bucket() config.Remote {
	return config.Remote{
		ConnectTimeout: r.ConnectTimeout(), Region: r.region.load(), Endpoint: r.endpoint.load(),
		AccessKey: r.accessKey.load(), SecretKey: r.secretKey.load(),
	}
}
