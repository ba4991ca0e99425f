package query

import (
	"time"

	"memgraphd/internal/storage/temporal"
)

// fillTunables makes what may be absent of the options that can change while the engine runs.
func (o *Options) fillTunables() {
	if o.AccessTimeout == nil {
		o.AccessTimeout = func() time.Duration { return 0 }
	}
	if o.Zone == nil {
		o.Zone = func() *temporal.Zone { return nil }
	}
	if o.HopsPartial == nil {
		o.HopsPartial = func() bool { return true }
	}
}
