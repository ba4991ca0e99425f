package pokec

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
)

// degreeSigma is the standard deviation of the logarithm of the number of friends. With it the
// graphs have as many paths of two relationships as those that our aims were measured on: 157
// million in the medium one.
const degreeSigma = 1.27

// Graph is who names whom. Users are counted from 0 here; the property id of user u is u+1.
type Graph struct {
	Shape

	offsets []uint32 // of the friends of each user in targets, and one more
	targets []uint32 // ascending for each user
	seed    uint64

	turned struct {
		once             sync.Once
		offsets, sources []uint32
	}
}

// Generate makes the graph of a shape and a seed.
func Generate(s Shape, seed uint64) *Graph {
	r := rand.New(rand.NewPCG(seed, 0x706F6B6563))
	g := &Graph{Shape: s, seed: seed, offsets: make([]uint32, s.Users+1), targets: make([]uint32, s.Relationships)}
	for u, d := range degrees(s, r) {
		g.offsets[u+1] = g.offsets[u] + d
	}
	sources := make([]uint32, s.Relationships) // of each place in targets
	for u := range s.Users {
		for at := g.offsets[u]; at < g.offsets[u+1]; at++ {
			sources[at] = uint32(u)
		}
	}
	for u := range s.Users {
		g.name(uint32(u), sources, r)
	}
	return g
}

// degrees draws how many friends each user names.
func degrees(s Shape, r *rand.Rand) []uint32 {
	weights := make([]float64, s.Users)
	sum := 0.0
	for u := range weights {
		weights[u] = math.Exp(degreeSigma * r.NormFloat64())
		sum += weights[u]
	}
	list := make([]uint32, s.Users)
	most := float64(s.Users / 8)
	left := s.Relationships
	rest := 0.0 // what rounding has kept from the users before
	for u, w := range weights {
		d := min(w/sum*float64(s.Relationships)+rest, most)
		list[u] = uint32(min(int(d), left))
		rest = min(d-float64(list[u]), 1)
		left -= int(list[u])
	}
	for u := 0; left > 0; u = (u + 1) % s.Users {
		list[u]++
		left--
	}
	return list
}

// name draws the friends of a user, each with a probability by how many that one names.
func (g *Graph) name(u uint32, sources []uint32, r *rand.Rand) {
	friends := g.targets[g.offsets[u]:g.offsets[u+1]]
	for have := 0; have < len(friends); {
		for i := have; i < len(friends); i++ {
			friends[i] = sources[r.Uint32N(uint32(len(sources)))]
		}
		slices.Sort(friends)
		have = len(slices.Compact(friends))
		if at, is := slices.BinarySearch(friends[:have], u); is {
			copy(friends[at:], friends[at+1:have])
			have--
		}
	}
}

// Friends returns those whom a user names, in ascending order.
func (g *Graph) Friends(u uint32) []uint32 { return g.targets[g.offsets[u]:g.offsets[u+1]] }

// First returns the number of the first relationship of a user; those of his other friends follow.
func (g *Graph) First(u uint32) uint32 { return g.offsets[u] }

// NamedBy returns those who name a user, in ascending order.
func (g *Graph) NamedBy(u uint32) []uint32 {
	g.turned.once.Do(g.turn)
	return g.turned.sources[g.turned.offsets[u]:g.turned.offsets[u+1]]
}

func (g *Graph) turn() {
	offsets, sources := make([]uint32, g.Users+2), make([]uint32, len(g.targets))
	for _, t := range g.targets {
		offsets[t+2]++
	}
	for u := range g.Users {
		offsets[u+2] += offsets[u+1]
	}
	for u := range uint32(g.Users) {
		for _, t := range g.Friends(u) {
			sources[offsets[t+1]] = u
			offsets[t+1]++
		}
	}
	g.turned.offsets, g.turned.sources = offsets, sources
}

// TwoPaths returns how many paths of two relationships there are.
func (g *Graph) TwoPaths() int64 {
	n := int64(0)
	for _, t := range g.targets {
		n += int64(g.offsets[t+1] - g.offsets[t])
	}
	return n
}

// User is what is known of a user.
type User struct {
	ID         int64
	Age        int64
	Gender     string
	Public     bool
	Completion int64 // percentage
	Region     string
	LastLogin  int64 // seconds since 1970
}

// regions is how many regions there are.
const regions = 183

// User returns the properties of a user.
func (g *Graph) User(u uint32) User {
	h := mix(g.seed<<32 ^ uint64(u))
	x := User{ID: int64(u) + 1, Gender: "woman", Age: ageOf(h), Public: h>>40%3 != 0, Completion: int64(h >> 24 % 101)}
	if h>>50&1 == 0 {
		x.Gender = "man"
	}
	h = mix(h)
	// Of two draws the lower one, so that some regions are larger.
	x.Region = regionName(min(h%regions, h>>16%regions))
	x.LastLogin = 1_300_000_000 + int64(h>>32%40_000_000)
	return x
}

// ageOf gives a fourth of the users no age, which Pokec writes as 0, and the others one between
// 12 and 83, younger ones more often.
func ageOf(h uint64) int64 {
	if h%4 == 0 {
		return 0
	}
	return int64(12 + h>>8%24 + min(h>>12%49, h>>18%49))
}

// regionName returns the name of a region.
func regionName(i uint64) string {
	return string([]byte{'r', 'e', 'g', 'i', 'o', 'n', ' ', byte('0' + i/100), byte('0' + i/10%10), byte('0' + i%10)})
}

// mix is splitmix64.
func mix(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// Busiest returns the user who names the most others.
func (g *Graph) Busiest() uint32 {
	best := uint32(0)
	for u := range uint32(g.Users) {
		if len(g.Friends(u)) > len(g.Friends(best)) {
			best = u
		}
	}
	return best
}
