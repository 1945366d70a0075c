package progress

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/rollout"
)

// load is what is under way at one client, over all its plans.
type load struct {
	client  *rollout.Client // nil: the documents have none
	assets  []rollout.Asset
	busy    map[int]bool      // assets with a session under way
	away    map[int]bool      // members of HA groups that sessions take away
	windows map[string]int64  // sessions by window and occurrence
	lasting map[string]int64  // sessions by window: those of an occurrence before take room, too
	served  map[string]int64  // by relay: sessions that may be loading through it
	failing map[string]string // by name of a relay: why it is not in order; nil not asked yet
	// By relay: for how many seconds of its line sessions are loading that no schedule counts
	// with.
	strained map[string]int64
	n        int64 // sessions
	flying   int   // segments in flight
	offered  int   // those that may still be put into flight
}

func (t *tick) load(client string) *load {
	if l := t.loads[client]; l != nil {
		return l
	}
	l := &load{busy: map[int]bool{}, away: map[int]bool{}, windows: map[string]int64{}, lasting: map[string]int64{}, served: map[string]int64{}, strained: map[string]int64{}}
	i, found := slices.BinarySearchFunc(t.d.Input.Clients, client, func(c rollout.Client, name string) int { return cmp.Compare(c.Name, name) })
	if found {
		l.client = &t.d.Input.Clients[i]
		l.assets = l.client.Assets
	}
	t.loads[client] = l
	return l
}

// weigh counts what is under way everywhere, before anything is started.
func (t *tick) weigh() {
	for _, r := range slices.Concat(t.runs, t.ended) {
		l := t.load(r.Client)
		for _, h := range r.underWay() {
			i, known := l.index(h.Asset)
			a := rollout.Answer{}
			if h.Place != nil {
				a.Window, a.Occurrence = h.Place.Window, h.Place.Occurrence
			}
			if known {
				l.begin(t, r.Client, i, a)
				t.keeps(r, h, i)
			}
			if t.flies(r, h) {
				l.flying++
				t.flying++
			}
		}
	}
}

// flies reports whether a claim takes up a place of this controller: not one that its host
// never heard of, or of which nobody has known for too long.
func (t *tick) flies(r *running, h *Host) bool {
	if h.Key == "" || t.now.Absent[h.Key] && !museum.Planted("absent-flies") {
		return false
	}
	if job := r.job(h.Asset); job != nil && job.Target.Type == manual {
		return false
	}
	c := r.Claims[h.Key]
	return c == nil || !c.Probed || t.at < c.late()
}

// manual targets are in hand for days, and take up nothing of ours.
const manual = "manual"

// index is an asset's place among the client's.
func (l *load) index(asset string) (int, bool) {
	return slices.BinarySearchFunc(l.assets, asset, func(a rollout.Asset, name string) int { return cmp.Compare(a.Name, name) })
}

// begin counts a session.
func (l *load) begin(t *tick, client string, asset int, a rollout.Answer) {
	if l.busy[asset] {
		return
	}
	l.busy[asset] = true
	l.n++
	l.windows[NoticeKey("", a.Window, a.Occurrence)]++
	for _, u := range t.oracle.Units(client, asset) {
		for _, m := range u.Taken {
			l.away[m] = true
		}
	}
}

// obstacle is why an asset may not begin a session because of what is around it.
type obstacle struct {
	code  rollout.Code
	why   string
	until int64
}

// around asks what else is under way or down: HA peers, the machine itself, capacities.
func (t *tick) around(r *running, job *Job, a rollout.Answer) obstacle {
	l := t.load(r.Client)
	for _, u := range t.oracle.Units(r.Client, job.Index) {
		if o := t.peers(r, l, u); o.code != "" {
			return o
		}
	}
	for _, i := range t.oracle.Exclusive(r.Client, job.Index) {
		if l.busy[i] {
			return obstacle{rollout.Exclusive, "a session is under way on " + l.assets[i].Name, 0}
		}
	}
	lim := t.oracle.Limits(r.Client, a.Window, a.Occurrence, r.plan.Change == "emergency")
	switch {
	case lim.Window >= 0 && max(l.lasting[a.Window], l.windows[NoticeKey("", a.Window, a.Occurrence)]) >= lim.Window:
		return obstacle{rollout.Capacity, fmt.Sprintf("%d sessions at once in %s", lim.Window, lim.WindowID), 0}
	case lim.Agreement >= 0 && l.n >= lim.Agreement:
		return obstacle{rollout.Capacity, fmt.Sprintf("%d sessions at once by %s", lim.Agreement, lim.AgreementID), 0}
	}
	return t.served(r, l, job, a)
}

// peers asks whether a group bears that a session takes members away.
func (t *tick) peers(r *running, l *load, u rollout.Unit) obstacle {
	down, away, until := "", "", int64(0)
	n := len(u.Taken)
	for _, m := range u.Members {
		if slices.Contains(u.Taken, m) {
			continue
		}
		name := l.assets[m].Name
		ended, was := t.s.ended[r.Client+"/"+name]
		switch {
		case t.s.Down[r.Client+"/"+name] && !l.away[m]:
			down = name
		case l.away[m]:
			away = name
		case was && t.at < ended+u.Soak:
			away, until = name, max(until, ended+u.Soak)
		default:
			continue
		}
		n++
	}
	switch {
	case museum.Planted("ignore-peers"):
		return obstacle{}
	case n == len(u.Taken) || n <= u.Max:
		return t.standbys(r, l, u)
	case down != "":
		return obstacle{rollout.HAPeerDown, down + " of " + u.ID + " is down", 0}
	}
	return obstacle{rollout.HAConflict, away + " of " + u.ID + " is being worked on", until}
}

// standbys asks whether those that go before a primary are done and have soaked.
func (t *tick) standbys(r *running, l *load, u rollout.Unit) obstacle {
	for _, m := range u.First {
		name := l.assets[m].Name
		h := r.Hosts[name]
		if h == nil || h.State == Skipped || h.State == Excepted || h.State == Cancelled || h.State == Superseded {
			continue
		}
		ended := t.s.ended[r.Client+"/"+name]
		switch {
		case h.State != Soaking && h.State != Succeeded && h.State.Ended():
			return obstacle{rollout.HAPeerDown, "standby " + name + " of " + u.ID + " is " + string(h.State), 0}
		case !h.State.Ended():
			return obstacle{rollout.HAConflict, "standby " + name + " of " + u.ID + " goes first", 0}
		case t.at < ended+u.Soak:
			return obstacle{rollout.HAConflict, "standby " + name + " of " + u.ID + " soaks", ended + u.Soak}
		}
	}
	return obstacle{}
}

// after asks whether what an asset depends on is done, where it has work in the plan.
func (t *tick) after(r *running, job *Job) obstacle {
	l := t.load(r.Client)
	for _, i := range t.workOf(r, job.Index).DependsOn {
		name := l.assets[i].Name
		h := r.Hosts[name]
		if h == nil {
			continue
		}
		switch h.State {
		case Soaking, Succeeded, Skipped, Excepted, Cancelled, Superseded:
		default:
			return obstacle{rollout.DepOrder, "it depends on " + name + ", which is " + string(h.State), 0}
		}
	}
	return obstacle{}
}

// workOf is the rollout's work on an asset; the zero value where there is none.
func (t *tick) workOf(r *running, asset int) rollout.Work {
	p := t.planOf(r)
	if p == nil {
		return rollout.Work{}
	}
	i, found := slices.BinarySearchFunc(p.Work, asset, func(w rollout.Work, asset int) int { return cmp.Compare(w.Asset, asset) })
	if !found {
		return rollout.Work{}
	}
	return p.Work[i]
}

func (t *tick) planOf(r *running) *rollout.Plan {
	i, found := slices.BinarySearchFunc(t.d.Input.Clients, r.Client, func(c rollout.Client, name string) int { return cmp.Compare(c.Name, name) })
	if !found {
		return nil
	}
	plans := t.d.Input.Clients[i].Plans
	j, found := slices.BinarySearchFunc(plans, r.Plan, func(p rollout.Plan, name string) int { return cmp.Compare(p.Name, name) })
	if !found {
		return nil
	}
	return &plans[j]
}
