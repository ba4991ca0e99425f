package snapshotsource

import (
	"testing"
	"time"

	"memgraphd/cmd/memgraphd/internal/settings"
	"memgraphd/internal/config"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/query"
	"memgraphd/internal/setting"
)

// TestBucket finds how a bucket is reached: the statement wins over settings, and these over the flags of archives.
func TestBucket(t *testing.T) {
	t.Parallel()
	c := config.Defaults()
	c.S3 = config.S3{Endpoint: "https://archive", Region: "r1"}
	c.Remote = config.Remote{ConnectTimeout: time.Minute, Endpoint: "https://flag", AccessKey: "key"}
	s := New(c, new(settings.Remote))
	s.remote.Take(&c.Remote)
	expect := func(q map[string]string, want object.Options) {
		t.Helper()
		got := s.bucket(query.RecoverRequest{Config: q})
		if got.Now == nil {
			t.Error("there is no clock")
		}
		got.Now = nil
		if got.Endpoint != want.Endpoint || got.Region != want.Region || got.AccessKey != want.AccessKey || got.SecretKey != want.SecretKey {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	expect(nil, object.Options{Endpoint: "https://flag", Region: "r1", AccessKey: "key"})
	expect(map[string]string{"aws_endpoint_url": "https://statement", "aws_region": "r3"},
		object.Options{Endpoint: "https://statement", Region: "r3", AccessKey: "key"})
	if got := s.transport().TLSHandshakeTimeout; got != time.Minute {
		t.Errorf("a connection may take %v", got)
	}
	values := map[string]string{
		"aws.endpoint_url": "", "aws.region": "r2", "aws.access_key": "other", "aws.secret_key": "hush", "file.download_conn_timeout_sec": "3",
	}
	for _, d := range s.remote.Definitions(c) {
		d.Apply(values[d.Name])
		if secret := d.Name == "aws.access_key" || d.Name == "aws.secret_key"; (d.Shown("x") == setting.Masked) != secret {
			t.Errorf("%s is shown as %s", d.Name, d.Shown("x"))
		}
	}
	expect(nil, object.Options{Endpoint: "https://archive", Region: "r2", AccessKey: "other", SecretKey: "hush"})
	if got := s.transport().TLSHandshakeTimeout; got != 3*time.Second {
		t.Errorf("a connection may take %v", got)
	}
}
