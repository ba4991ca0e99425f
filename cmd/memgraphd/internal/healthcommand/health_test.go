package healthcommand

import (
	"testing"

	"memgraphd/internal/config"
)

// TestMetricsAddress finds the port for metrics from this machine.
func TestMetricsAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		metrics config.Metrics
		want    string
	}{
		{config.Metrics{Address: "127.0.0.1", Port: 9091}, "127.0.0.1:9091"},
		{config.Metrics{Address: "0.0.0.0", Port: 9}, "127.0.0.1:9"},
		{config.Metrics{Address: "::", Port: 9}, "localhost:9"},
		{config.Metrics{Address: "db.example", Port: 9}, "db.example:9"},
	} {
		if got, err := metricsAddress(c.metrics); got != c.want || err != nil {
			t.Errorf("%v: %s, %v", c.metrics, got, err)
		}
	}
	if _, err := metricsAddress(config.Metrics{}); err == nil {
		t.Error("port 0 has an address")
	}
}
