package simulation

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
)

// party is one plan at one client, with its hosts and its judge. Most worlds have one; some
// have another client beside it, or a newer plan for the same hosts.
type party struct {
	w        *World
	key      string // "CLIENT/PLAN"
	Shape    *Shape
	tips     []Tip   // by number of the commit
	hosts    []*host // that its plan is for
	follows  *party  // whose hosts they are, where it supersedes its plan
	next     string  // the version that a change brings
	judge    *judge
	resumed  int
	resuming bool
}

// settle makes the parties of a world, of whom seeds of single plans know nothing.
func (w *World) settle(o Options, shape *Shape) {
	w.party(shape, Tip{Version: "1.1"}, "1.2")
	more := rand.New(rand.NewPCG(o.Seed, 0x9a27))
	switch {
	case o.Beside != nil:
		other := *o.Beside
		other.Client = "bolt"
		w.party(&other, Tip{Version: "1.1"}, "1.2")
		w.most = o.Most
	case o.Shape != nil:
	case more.IntN(8) == 0: // another client
		other := Shapes[more.IntN(len(Shapes))]
		other.Client = "bolt"
		w.party(&other, Tip{Version: "1.1"}, "1.2")
		w.most = 1 + more.IntN(6)
	default: // perhaps a newer plan
		if more.IntN(8) == 0 {
			w.succeed(more)
		}
	}
}

// succeed adds a plan that supersedes the one that there is, for the same hosts.
func (w *World) succeed(more *rand.Rand) {
	old := w.parties[0]
	one, two := *old.Shape, *old.Shape
	one.Supersede = []string{"finish", "switch", "abort"}[more.IntN(3)]
	old.Shape = &one
	two.Plan = "openssl-2"
	p := &party{w: w, key: two.key(), Shape: &two, tips: []Tip{{Version: "1.3", Absent: true}}, hosts: old.hosts, follows: old, next: "1.4"}
	p.judge = newJudge(p)
	w.parties = append(w.parties, p)
	w.most = 2 + more.IntN(6)
}

func (w *World) party(s *Shape, first Tip, next string) {
	p := &party{w: w, key: s.key(), Shape: s, tips: []Tip{first}, next: next}
	for i := range s.Hosts {
		p.hosts = append(p.hosts, w.newHost(i))
	}
	w.hosts = append(w.hosts, p.hosts...)
	p.judge = newJudge(p)
	w.parties = append(w.parties, p)
}

// plan sets what goes wrong with a party's hosts, and what its people do.
func (p *party) plan() {
	w, f := p.w, p.w.Faults
	if w.spared && p == w.parties[0] {
		return
	}
	if p.follows == nil {
		for _, h := range p.hosts {
			w.planHost(h, p.busyTime)
			if f.Characters != nil {
				h.character = f.Characters(h.id)
			}
		}
	} else {
		w.at(p.busyTime(), p.appear)
	}
	p.planPeople(p.busyTime)
}

// appear merges a plan that supersedes another.
func (p *party) appear() {
	p.change(func(t *Tip) { t.Absent = false })
	t := &p.follows.tips[len(p.follows.tips)-1]
	t.Old, t.Leaves = true, p.follows.Shape.Supersede != "finish"
}

// change merges a change of a party's documents. What is said of a client holds for all
// its plans.
func (p *party) change(edit func(t *Tip)) {
	w := p.w
	last := w.remote.tip
	if n := len(w.remote.changes); n > 0 {
		last = w.remote.changes[n-1]
	}
	for _, x := range w.parties {
		x.tips = append(x.tips, x.tips[last])
	}
	n := len(p.tips) - 1
	edit(&p.tips[n])
	for _, x := range w.parties {
		if x.Shape.client() == p.Shape.client() {
			x.tips[n].Freezes, x.tips[n].Closed = p.tips[n].Freezes, p.tips[n].Closed
		}
	}
	w.notef("merged: %s %+v", p.key, p.tips[n])
	w.remote.changes = append(w.remote.changes, n)
	w.hint()
}

// tip is what the documents say now.
func (p *party) tip() *Tip { return &p.tips[p.w.remote.tip] }

func (p *party) host(name string) *host {
	for _, h := range p.hosts {
		if h.name == name {
			return h
		}
	}
	return nil
}

// passed says that another plan was the last to do something on a host.
func (p *party) passed(h *host) bool {
	n := len(h.deeds)
	return n > 0 && p.judge.claims[h.deeds[n-1].key] == nil
}

// partyOf is whose plan, or wave of a plan, is named; nil: nobody's.
func (w *World) partyOf(subject string) *party {
	for _, p := range w.parties {
		if subject == p.key || strings.HasPrefix(subject, p.key+"/") {
			return p
		}
	}
	return nil
}

// taskOf is whose task it is, and for which host.
func (w *World) taskOf(t *dispatch.Task) (*party, *host) {
	p := w.partyOf(t.Client + "/" + t.Plan)
	h := p.host(t.Asset)
	return p, h
}

func clientOf(subject string) string {
	name, _, _ := strings.Cut(subject, "/")
	return name
}

func (w *World) clients() []string {
	var out []string
	for _, p := range w.parties {
		out = append(out, p.Shape.client())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// open reports whether there are open claims.
func (w *World) open() bool {
	return slices.ContainsFunc(w.parties, func(p *party) bool { return len(p.judge.open) > 0 })
}

// ended reports whether the runs of all plans that are there have.
func (w *World) ended() bool {
	return !slices.ContainsFunc(w.parties, func(p *party) bool { return p.judge.over == "" && !p.tips[len(p.tips)-1].Absent })
}

// commit is the id of a tip.
func (w *World) commit(tip int) string {
	for i := len(w.commits); i <= tip; i++ {
		h := fnv.New64a()
		for _, p := range w.parties {
			fmt.Fprintf(h, "%s %s %v", p.Shape.Name, p.key+p.Shape.Supersede, p.tips[i])
		}
		w.commits = append(w.commits, fmt.Sprintf("%040x", h.Sum64()))
	}
	return w.commits[tip]
}

// merged are the records of a merge, one in each client's log.
func (w *World) merged(tip int, stamp string) []progress.Logged {
	var out []progress.Logged
	for _, client := range w.clients() {
		r := resultlog.Record{Kind: resultlog.Merge, T: stamp, Commit: w.commit(tip), Via: "controller"}
		for _, p := range w.parties {
			if p.Shape.client() == client {
				r.Uncovered = append(r.Uncovered, p.tips[tip].uncovered(p.Shape.name())...)
			}
		}
		out = append(out, progress.Logged{Client: client, Record: r})
	}
	return out
}

// documents are those of a commit. Hosts with a session under way keep their job
// whatever is excepted, as internal/jobs keeps it.
func (w *World) documents(commit string, s *progress.State) *progress.Documents {
	for i := range w.parties[0].tips {
		if w.commit(i) != commit {
			continue
		}
		keep := make([][]int, len(w.parties))
		for k, p := range w.parties {
			for _, h := range p.tips[i].Excepted {
				if run := s.Runs[p.key]; run != nil && run.Hosts[hostName(h)] != nil && run.Hosts[hostName(h)].Busy() {
					keep[k] = append(keep[k], h)
				}
			}
		}
		return w.docs.of(w, i, keep)
	}
	panic("no documents of " + commit)
}

// assemble puts the documents of all parties together.
func (w *World) assemble(tip int, keep [][]int) *progress.Documents {
	var out *progress.Documents
	for k, p := range w.parties {
		d := p.Shape.documents(w.commit(tip), &p.tips[tip], keep[k])
		switch {
		case out == nil:
			out = d
			continue
		case p.tips[tip].Absent:
			continue
		case p.follows != nil:
			c := &out.Input.Clients[0]
			c.Plans = append(c.Plans, d.Input.Clients[0].Plans...)
		default:
			out.Input.Clients = append(out.Input.Clients, d.Input.Clients...)
		}
		out.Plans[p.key] = d.Plans[p.key]
	}
	return out
}

// limit is how many steps rollouts may take: ten times those without faults, and those
// that time alone asks for.
func (w *World) limit() int {
	n := int(w.now-epoch) / 10 * len(w.procs)
	for _, p := range w.parties {
		n += 10 * p.Shape.usual()
	}
	return n
}

// records are those of clients, and recordsMost how many they may be: leases come and go
// with time.
func (w *World) records() int {
	n := 0
	for _, client := range w.clients() {
		n += int(w.remote.seq[client])
	}
	return n
}

func (w *World) recordsMost() int {
	n := 0
	for _, p := range w.parties {
		n += 150 + 60*p.Shape.Hosts + 2*p.Shape.Hosts*int((w.now-epoch)/hour)
	}
	return n
}

func (w *World) days() int64 {
	n := int64(0)
	for _, p := range w.parties {
		n = max(n, p.Shape.Days)
	}
	return n
}

// outcome is that of the runs, end the state of all hosts.
func (w *World) outcome() string {
	var out []string
	for _, p := range w.parties {
		out = append(out, p.judge.over)
	}
	return strings.Join(out, "+")
}

func (w *World) end() string {
	var out []string
	for _, p := range w.parties {
		out = append(out, p.end())
	}
	return strings.Join(out, " | ")
}
