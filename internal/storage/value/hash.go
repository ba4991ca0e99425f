package value

import (
	"math"
	"math/bits"
	"unsafe"

	"github.com/cespare/xxhash/v2"
)

// Hash returns a hash of v with Same(a, b) ⇒ Hash(a) == Hash(b). It is not kept on disk.
func Hash(v Value) uint64 { return hash(v, 0) }

// HashInt returns Hash(Int(i)).
func HashInt(i int64) uint64 { return mix(0, uint64(KindInt), uint64(i)) }

// Combine folds the hash h of a further column into seed.
func Combine(seed, h uint64) uint64 { return mix(seed, 0x9e3779b97f4a7c15, h) }

func hash(v Value, seed uint64) uint64 {
	switch v.k {
	case KindNull:
		return mix(seed, uint64(KindNull), 0)
	case KindBool, KindInt, KindNode, KindVirtualNode, KindVirtualEdge:
		return mix(seed, uint64(v.k), v.n)
	case KindEdge:
		return mix(seed, uint64(v.k), uint64(uint32(v.n)))
	case KindFloat:
		return hashFloat(v.AsFloat(), seed)
	case KindString, KindBytes:
		h := xxhash.Sum64(unsafe.Slice((*byte)(v.p), int(v.n)))
		return mix(seed, uint64(v.k), h)
	case KindList:
		for _, e := range v.AsList() {
			seed = hash(e, Combine(seed, v.n))
		}
		return mix(seed, uint64(v.k), v.n)
	case KindMap:
		for _, e := range v.AsMap() {
			seed = hash(e.Value, Combine(seed, xxhash.Sum64String(e.Key)))
		}
		return mix(seed, uint64(v.k), v.n)
	case KindPath:
		p := v.AsPath()
		for _, n := range p.Nodes {
			seed = Combine(seed, uint64(n))
		}
		for _, e := range p.Edges {
			seed = Combine(seed, uint64(e.ID))
		}
		return mix(seed, uint64(v.k), uint64(len(p.Edges)))
	case KindDate, KindTime, KindLocalTime, KindDateTime, KindLocalDateTime, KindDuration, KindPoint, KindEnum:
		return hashInstant(v, seed)
	}
	return seed
}

// hashFloat gives a whole number the hash of the integer, because 1 and 1.0 are the same.
func hashFloat(f float64, seed uint64) uint64 {
	if f >= -1<<63 && f < 1<<63 && f == math.Trunc(f) {
		return mix(seed, uint64(KindInt), uint64(int64(f)))
	}
	if math.IsNaN(f) {
		f = math.NaN()
	}
	return mix(seed, uint64(KindFloat), math.Float64bits(f))
}

// mix is one multiply-and-fold round of the wyhash family.
func mix(seed, kind, n uint64) uint64 {
	hi, lo := bits.Mul64(seed^n^0xa0761d6478bd642f, kind*0xe7037ed1a0b428db^n^0x8ebc6af09c88c6e3|1)
	return hi ^ lo ^ (n * 0x9fb21c651e98df25)
}
