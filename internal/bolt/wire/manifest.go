package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Manifest stands for the handshake by manifest, which is proposed like a version.
var Manifest = Version{255, 1}

// choiceSize is the number of bytes that name the version that a client chose.
const choiceSize = 4

// ChoiceMax is the most bytes of a client's choice, its capabilities included.
const ChoiceMax = choiceSize + binary.MaxVarintLen64

// Errors of a client's choice.
var (
	ErrChoiceIncomplete = errors.New("the choice of a version is incomplete")
	errCapabilities     = errors.New("the number of the capabilities has more than 64 bits")
)

// AppendManifest appends what the server says to a client that asks for the manifest: the
// ranges of the versions, which are sorted highest first, and that it has no capabilities.
func AppendManifest(dst []byte, versions []Version) []byte {
	answer := Answer(Manifest)
	dst = append(dst, answer[:]...)
	ranges := 0
	for i := 0; i < len(versions); i += span(versions[i:]) + 1 {
		ranges++
	}
	dst = binary.AppendUvarint(dst, uint64(ranges))
	for i := 0; i < len(versions); {
		v, more := versions[i], span(versions[i:])
		dst = append(dst, 0, byte(more), v.Minor, v.Major)
		i += more + 1
	}
	return append(dst, 0)
}

// span returns how many versions after the first follow it without a gap.
func span(versions []Version) int {
	n := 0
	for n+1 < len(versions) && versions[n+1].Major == versions[0].Major && versions[n+1].Minor+1 == versions[n].Minor {
		n++
	}
	return n
}

// Choice reads the version that a client chose after a manifest, and returns the bytes
// that it takes. It is ErrChoiceIncomplete where b ends too early; every other error ends
// the conversation.
func Choice(b []byte, versions []Version) (v Version, size int, err error) {
	if len(b) < choiceSize {
		return Version{}, 0, ErrChoiceIncomplete
	}
	capabilities, n := binary.Uvarint(b[choiceSize:min(len(b), ChoiceMax)])
	switch {
	case n == 0 && len(b) < ChoiceMax:
		return Version{}, 0, ErrChoiceIncomplete
	case n <= 0:
		return Version{}, 0, errCapabilities
	case capabilities != 0:
		return Version{}, 0, fmt.Errorf("the capabilities %#x were not offered", capabilities)
	}
	for _, offered := range versions {
		if [choiceSize]byte(b) == Answer(offered) {
			return offered, choiceSize + n, nil
		}
	}
	return Version{}, 0, fmt.Errorf("the version % X was not offered", b[:choiceSize])
}
