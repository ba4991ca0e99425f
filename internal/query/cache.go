package query

import (
	"sync"
	"sync/atomic"

	lru "github.com/hashicorp/golang-lru/v2"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/exec"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/value"
)

// planCache keeps programs by the text of their statement with its literals stripped.
//
// A text leads to one entry; an entry has a few variants, which differ in the types of
// the parameters. A variant is good for one schema epoch, and as long as the graph has
// not grown or shrunk by more than a factor of four since it was planned.
type planCache struct {
	entries *lru.Cache[string, *planEntry]
	*shortcuts
}

// variantsMax bounds the variants of one text; the oldest makes room.
const variantsMax = 8

// staleFactor is how far the number of nodes may move before a plan is made anew.
const staleFactor = 4

type planEntry struct {
	mu       sync.Mutex                  // held by who changes variants
	variants atomic.Pointer[[]*prepared] // never written to once it is here
}

// prepared is a statement that is ready to run.
type prepared struct {
	text    string // the statement that it was planned from
	query   *ast.Query
	info    *sema.Info
	program *exec.Program
	prompt  *exec.Prompt      // the short form of program, nil where there is none
	write   *exec.PromptWrite // likewise, of one that writes
	epoch   uint64            // schema epoch that it was planned in
	names   int               // names known when it was planned
	nodes   int64             // nodes in the graph when it was planned
	params  []value.Kind
	needs   auth.Privileges
	cost    float64 // what the planner expects it to cost
}

func newPlanCache(size int) (*planCache, error) {
	entries, err := lru.New[string, *planEntry](size)
	if err != nil {
		return nil, err
	}
	return &planCache{entries: entries, shortcuts: newShortcuts()}, nil
}

// conditions are what a plan depends on beside its text.
type conditions struct {
	epoch  uint64
	names  int
	nodes  int64
	params value.Value // a map or null
}

// get returns the entry of key, or nil, and a program in it that is good under c, or nil.
func (p *planCache) get(key string, c *conditions) (*planEntry, *prepared) {
	entry, ok := p.entries.Get(key)
	if !ok {
		return nil, nil
	}
	return entry, entry.find(c)
}

// find returns a program that is good under c, or nil.
func (e *planEntry) find(c *conditions) *prepared {
	variants := e.variants.Load()
	if variants == nil {
		return nil
	}
	for _, v := range *variants {
		if v.good(c) {
			return v
		}
	}
	return nil
}

// put keeps v for key.
func (p *planCache) put(key string, v *prepared, c *conditions) {
	entry, ok := p.entries.Get(key)
	if !ok {
		entry = &planEntry{}
		p.entries.Add(key, entry)
	}
	entry.mu.Lock()
	defer entry.mu.Unlock()
	var kept []*prepared
	if olds := entry.variants.Load(); olds != nil {
		for _, old := range *olds {
			if old.epoch == c.epoch && old.names == c.names && !old.sameParams(c.params) {
				kept = append(kept, old)
			}
		}
	}
	if len(kept) == variantsMax {
		kept = kept[1:]
	}
	kept = append(kept, v)
	entry.variants.Store(&kept)
}

func (v *prepared) good(c *conditions) bool {
	return v.epoch == c.epoch && v.names == c.names && v.sameParams(c.params) &&
		c.nodes <= v.nodes*staleFactor+staleFloor && v.nodes <= c.nodes*staleFactor+staleFloor
}

// staleFloor keeps plans of small graphs from being made anew at every few nodes.
const staleFloor = 1000

func (v *prepared) sameParams(params value.Value) bool {
	for i, name := range v.info.Params {
		if paramKind(params, name) != v.params[i] {
			return false
		}
	}
	return true
}

func paramKind(params value.Value, name string) value.Kind {
	if params.IsNull() {
		return value.KindNull
	}
	v, _ := params.Field(name)
	return v.Kind()
}
