package jobs

import (
	"cmp"
	"hash/fnv"
	"maps"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/rollout"
)

// Keep holds what was read of each client, for as long as reading it again would give the
// same: the same corpus and grants, and the same facts and sessions of that client. It is
// for one goroutine; the zero value holds nothing.
type Keep struct {
	corpus    *corpus.Corpus
	tree      *effect.Tree
	uncovered map[string]bool
	overrides map[string][]string
	closed    map[string]Closed
	until     int64
	clients   map[string]*kept
}

// kept is one client.
type kept struct {
	sign   uint64 // of its facts and sessions
	in     rollout.Client
	plans  map[string]*progress.Plan
	finish map[string]bool
}

// serves says whether what is kept may be used at all with these options.
func (k *Keep) serves(c *corpus.Corpus, o *Options) bool {
	return k.clients != nil && k.corpus == c && k.tree == o.Tree && (k.until == 0 || o.AsOf.Unix() < k.until) &&
		maps.Equal(k.uncovered, o.Uncovered) && maps.Equal(k.closed, o.Closed) && maps.EqualFunc(k.overrides, o.Overrides, slices.Equal)
}

// stale are the clients that must be read again; nil is all.
func (k *Keep) stale(c *corpus.Corpus, o *Options, signs map[string]uint64) []string {
	if !k.serves(c, o) {
		*k = Keep{corpus: c, tree: o.Tree, uncovered: maps.Clone(o.Uncovered), closed: maps.Clone(o.Closed), overrides: maps.Clone(o.Overrides), clients: map[string]*kept{}}
		return nil
	}
	out := []string{}
	for _, client := range c.View("").Clients("Client") {
		if known := k.clients[client]; known == nil || known.sign != signs[client] {
			out = append(out, client)
		}
	}
	return out
}

// signsOf are, by client, sums over everything in a state that Build reads: facts, and who
// has begun.
func signsOf(s *progress.State) map[string]uint64 {
	out := map[string]uint64{}
	if s == nil {
		return out
	}
	add := func(client string, parts ...string) {
		h := fnv.New64a()
		for _, p := range parts {
			h.Write([]byte(p))
			h.Write([]byte{0})
		}
		out[client] += h.Sum64()
	}
	for host, facts := range s.Facts {
		client, _, _ := strings.Cut(host, "/")
		for _, f := range facts {
			if f.Name == "package" {
				add(client, "f", host, f.Subject, f.Value, f.State, stampOf(s.FactsAt[host]))
			}
		}
	}
	for key, run := range s.Runs {
		schedule := ""
		if run.Schedule != nil {
			schedule = run.Schedule.Digest
		}
		add(run.Client, "r", key, run.ID, schedule, stampOf(run.Ended))
		for asset, h := range run.Hosts {
			if begun(run, h) {
				add(run.Client, append([]string{"b", key, asset}, h.Session()...)...)
			}
		}
	}
	return out
}

func stampOf(t int64) string { return string(appendInt(nil, t)) }

func appendInt(b []byte, t int64) []byte {
	for ; t > 0; t >>= 8 {
		b = append(b, byte(t))
	}
	return b
}

// take keeps what was read now, and completes it by what was kept.
func (k *Keep) take(b *builder, signs map[string]uint64) {
	d := b.out
	for i := range d.Input.Clients {
		c := &d.Input.Clients[i]
		one := &kept{sign: signs[c.Name], in: *c, plans: map[string]*progress.Plan{}, finish: map[string]bool{}}
		for key, p := range d.Plans {
			if p.Client == c.Name {
				one.plans[key] = p
			}
		}
		for j := range c.Denies {
			if id := c.Denies[j].ID; d.Finish[id] {
				one.finish[id] = true
			}
		}
		k.clients[c.Name] = one
	}
	if k.until == 0 || d.Until != 0 && d.Until < k.until {
		k.until = d.Until
	}
	d.Until = k.until
	d.Input.Clients = nil
	names := slices.Sorted(maps.Keys(k.clients))
	for _, name := range names {
		one := k.clients[name]
		d.Input.Clients = append(d.Input.Clients, one.in)
		maps.Copy(d.Finish, one.finish)
		for key, p := range one.plans {
			clone := *p // whoever has the documents may close it
			d.Plans[key] = &clone
		}
	}
	slices.SortFunc(d.Input.Clients, func(a, b rollout.Client) int { return cmp.Compare(a.Name, b.Name) })
}
