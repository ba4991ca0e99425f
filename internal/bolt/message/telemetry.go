package message

import (
	"fmt"

	"memgraphd/internal/bolt/packstream"
)

// telemetryMax is the last of the programming interfaces of drivers that have a number.
const telemetryMax = 3

// Telemetry tells which interface of the driver the application uses. It is accepted and
// dropped.
type Telemetry struct {
	API int64
}

// Decode reads the fields of a TELEMETRY.
func (m *Telemetry) Decode(d *packstream.Decoder) error {
	var err error
	m.API, err = d.Int()
	return err
}

// Validate reports an interface that does not exist.
func (m *Telemetry) Validate() error {
	if m.API < 0 || m.API > telemetryMax {
		return fmt.Errorf("TELEMETRY names the interface %d; there are 0 to %d", m.API, telemetryMax)
	}
	return nil
}
