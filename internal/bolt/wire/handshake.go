package wire

// Magic is the number that a Bolt client sends first.
const Magic = 0x6060B017

// HandshakeSize is the number of bytes that a client sends before the server answers.
const HandshakeSize = 20

const proposals = 4

// Protocol is what the first bytes of a connection belong to.
type Protocol uint8

// The protocols.
const (
	ProtocolUnknown Protocol = iota
	ProtocolBolt
	ProtocolTLS
	ProtocolHTTP
)

// Sniff tells from the first byte which protocol the peer speaks.
func Sniff(first byte) Protocol {
	switch {
	case first == Magic>>24:
		return ProtocolBolt
	case first == 0x16:
		return ProtocolTLS
	case first >= 'A' && first <= 'Z':
		return ProtocolHTTP
	}
	return ProtocolUnknown
}

// IsMagic reports whether b begins with the magic number.
func IsMagic(b []byte) bool {
	return len(b) >= 4 && b[0] == 0x60 && b[1] == 0x60 && b[2] == 0xB0 && b[3] == 0x17
}

// legacyMajorMax is the highest major version that a proposal can name; later ones are
// agreed on by the manifest.
const legacyMajorMax = 5

// Negotiate chooses a version for the 16 bytes of proposals, or the Manifest. Supported is
// sorted, highest first.
func Negotiate(offer []byte, supported []Version) (Version, bool) {
	for i := range proposals {
		p := offer[4*i : 4*i+4]
		span, minor, major := p[1], p[2], p[3]
		if p[0] == 0 && span == 0 && minor == Manifest.Minor && major == Manifest.Major {
			return Manifest, true
		}
		if p[0] != 0 || major == 0 || major > legacyMajorMax {
			continue
		}
		lowest := minor - min(span, minor)
		for _, v := range supported {
			if v.Major == major && v.Minor <= minor && v.Minor >= lowest {
				return v, true
			}
		}
	}
	return Version{}, false
}

// Answer returns the reply to a handshake; the zero Version refuses.
func Answer(v Version) [4]byte { return [4]byte{0, 0, v.Minor, v.Major} }
