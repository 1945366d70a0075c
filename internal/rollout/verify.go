package rollout

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
)

// Objection is one thing wrong with a schedule: a hard constraint that it breaks
// or a number in it that does not follow from its placements. Client, Plan and
// Asset are "" where an objection is about more than one.
type Objection struct {
	Client, Plan, Asset string
	Code                Code // "" where it is no constraint but bookkeeping
	Text                string
}

// Verify judges a schedule without trusting the search that made it: it shares
// nothing with it but the recurrences and spans of package window. It asks every
// placement against every hard constraint, and every number against what it
// should be the sum of. No objection means that the schedule may be acted on; it
// does not mean that it is a good one. Time is near linear in the sessions.
func Verify(in *Input, s *Schedule) []Objection {
	v := &verifier{in: in, schedule: s}
	if !v.align() {
		return v.objections
	}
	for _, c := range v.clients {
		v.verifyStatic(c)
		v.verifyWaves(c)
		v.verifyOrder(c)
		v.verifyAtOnce(c)
		v.verifyGroups(c)
		v.verifyRelays(c)
		v.verifyCosts(c)
		v.verifyNotices(c)
	}
	v.verifyShifts()
	v.verifyObjective()
	return v.objections
}

// verifier holds the schedule beside the input, by index.
type verifier struct {
	in         *Input
	schedule   *Schedule
	clients    []*verifiedClient
	objections []Objection
}

// verifiedClient is one client with all its sessions, those under way first.
type verifiedClient struct {
	*Client
	index    int
	plans    []verifiedPlan // like Client.Plans
	sessions []verifiedSession
	byStart  []int32 // of sessions: by start, those under way first
	windows  verifiedWindows
	guests   [][]int32 // by asset: all that runs on it, at any depth; nil where nothing does
	notified map[planAsset]*Notified
	leads    map[leadQuestion]int64
}

// verifiedPlan is one plan with its part of the schedule.
type verifiedPlan struct {
	*Plan
	Waves    []Wave // those of the plan, or one of all
	schedule *PlanSchedule
	wave     []int             // by work: the index of its wave, -1 unknown
	session  []int32           // by work: the index of its session, -1 without a place
	placed   []verifiedSession // in the order of the placements
	gates    []int64           // by wave
}

// verifiedSession is one session with a place, or one under way.
type verifiedSession struct {
	start, end  int64
	place       *Placement // nil for one under way that its plan has no work for any more
	work        *Work      // nil likewise
	plan, asset int
	wave        int // -1 unknown
	window      int // -1 where it has none, under way only
	occurrence  int64
	terms       int // the agreement at its occurrence's start; -1 none
	running     bool
}

type planAsset struct {
	plan  string
	asset int
}

func (v *verifier) object(c *Client, plan, asset string, code Code, format string, args ...any) {
	o := Objection{Plan: plan, Asset: asset, Code: code, Text: fmt.Sprintf(format, args...)}
	if c != nil {
		o.Client = c.Name
	}
	v.objections = append(v.objections, o)
}

// against objects to one session.
func (v *verifier) against(c *verifiedClient, x *verifiedSession, code Code, format string, args ...any) {
	plan := ""
	if x.plan >= 0 {
		plan = c.Plans[x.plan].Name
	}
	v.object(c.Client, plan, c.Assets[x.asset].Name, code, format, args...)
}

// align lays the schedule beside the input, and says whether it has its shape.
func (v *verifier) align() bool {
	if v.schedule.AsOf != v.in.AsOf {
		v.object(nil, "", "", "", "schedule is as of %d, wanted %d", v.schedule.AsOf, v.in.AsOf)
	}
	rest := v.schedule.Plans
	for i := range v.in.Clients {
		c := &verifiedClient{Client: &v.in.Clients[i], index: i, leads: map[leadQuestion]int64{}}
		c.notified = make(map[planAsset]*Notified, len(c.Progress.Notified))
		for j := range c.Progress.Notified {
			n := &c.Progress.Notified[j]
			c.notified[planAsset{n.Plan, n.Asset}] = n
		}
		for j := range c.Plans {
			p := &c.Plans[j]
			if len(rest) == 0 || rest[0].Client != c.Name || rest[0].Plan != p.Name || rest[0].ID != p.ID {
				v.object(c.Client, p.Name, "", "", "the plan is missing from the schedule, or not in its order")
				return false
			}
			waves := p.Waves
			if len(waves) == 0 {
				waves = []Wave{{Name: "all", Percent: 100, Advance: 100}}
			}
			c.plans = append(c.plans, verifiedPlan{Plan: p, Waves: waves, schedule: &rest[0]})
			rest = rest[1:]
		}
		v.clients = append(v.clients, c)
	}
	if len(rest) > 0 {
		v.object(nil, rest[0].Plan, "", "", "the schedule has a plan of client %q that the input has not", rest[0].Client)
		return false
	}
	for _, c := range v.clients {
		v.collect(c)
	}
	return true
}

// collect makes the sessions of a client from its placements and its log.
func (v *verifier) collect(c *verifiedClient) {
	running := map[planAsset]*Running{}
	total := len(c.Progress.Running)
	for i := range c.plans {
		total += len(c.plans[i].schedule.Placements)
	}
	c.sessions = make([]verifiedSession, 0, total)
	for i := range c.Progress.Running {
		r := &c.Progress.Running[i]
		running[planAsset{r.Plan, r.Asset}] = r
	}
	for i := range c.plans {
		v.collectPlan(c, i, running)
	}
	for i := range c.Progress.Running {
		r := &c.Progress.Running[i]
		if running[planAsset{r.Plan, r.Asset}] != r {
			continue
		}
		plan := slices.IndexFunc(c.Plans, func(p Plan) bool { return p.Name == r.Plan })
		c.sessions = append(c.sessions, verifiedSession{
			plan: plan, asset: r.Asset, start: r.Start, end: max(r.End, v.in.AsOf),
			wave: -1, window: -1, terms: -1, running: true,
		})
	}
	c.byStart = make([]int32, len(c.sessions))
	for i := range c.byStart {
		c.byStart[i] = int32(i)
	}
	slices.SortFunc(c.byStart, func(a, b int32) int {
		x, y := &c.sessions[a], &c.sessions[b]
		if x.running != y.running {
			if x.running {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(x.start, y.start), cmp.Compare(a, b))
	})
	c.guests = guestsOf(c.Assets)
}

// collectPlan takes one plan's placements and unplaced; what it takes from
// running it removes there.
func (v *verifier) collectPlan(c *verifiedClient, index int, running map[planAsset]*Running) {
	p := &c.plans[index]
	p.wave = make([]int, len(p.Work))
	p.session = make([]int32, len(p.Work))
	for w := range p.Work {
		p.wave[w], p.session[w] = -1, -1
	}
	seen := make([]bool, len(p.Work))
	first := len(c.sessions)
	take := func(asset string) (int, bool) {
		a, known := findAsset(c.Assets, asset)
		w, has := findWork(p.Work, a)
		switch {
		case !known || !has:
			v.object(c.Client, p.Name, asset, "", "the asset has no work in this plan")
		case seen[w]:
			v.object(c.Client, p.Name, asset, "", "the asset is in the schedule twice")
		default:
			seen[w] = true
			return w, true
		}
		return 0, false
	}
	for i := range p.schedule.Placements {
		place := &p.schedule.Placements[i]
		if w, ok := take(place.Asset); ok {
			p.wave[w] = waveIndex(p.Waves, place.Wave)
			p.session[w] = int32(len(c.sessions))
			c.sessions = append(c.sessions, v.newSession(c, index, w, place, running))
		}
	}
	p.placed = c.sessions[first:]
	for i := range p.schedule.Unplaced {
		u := &p.schedule.Unplaced[i]
		if w, ok := take(u.Asset); ok {
			p.wave[w] = waveIndex(p.Waves, u.Wave)
			v.verifyUnplaced(c, p, &p.Work[w], u)
		}
	}
	for w := range seen {
		if !seen[w] {
			v.object(c.Client, p.Name, c.Assets[p.Work[w].Asset].Name, "", "the asset has work and is neither placed nor unplaced")
		}
	}
	v.verifyListing(c, p)
}

func (v *verifier) newSession(c *verifiedClient, plan, work int, place *Placement, running map[planAsset]*Running) verifiedSession {
	p := &c.plans[plan]
	w := &p.Work[work]
	x := verifiedSession{
		place: place, work: w, plan: plan, asset: w.Asset, start: place.Start, end: place.End,
		wave: p.wave[work], window: findWindow(c.Windows, place.Window), occurrence: place.Occurrence, terms: -1,
	}
	key := planAsset{p.Name, w.Asset}
	if r := running[key]; r != nil {
		x.running = true
		if x.start != r.Start || x.end != max(r.End, v.in.AsOf) {
			v.against(c, &x, "", "the session is under way since %d and is planned at %d", r.Start, x.start)
		}
		delete(running, key)
	}
	return x
}

// verifyUnplaced checks what is said of a session without a place.
func (v *verifier) verifyUnplaced(c *verifiedClient, p *verifiedPlan, w *Work, u *Unplaced) {
	if u.Risk != w.Risk || u.Due != w.Due || !slices.Equal(u.Patches, w.Patches) {
		v.object(c.Client, p.Name, u.Asset, "", "risk, due date or patches are not those of the work")
	}
	if u.Code == "" {
		v.object(c.Client, p.Name, u.Asset, "", "the session has no place and no code says why")
	}
	if len(w.Blocks) == 0 && (u.Wave == "") != (u.Code == WaveGate && u.By == NoWave) {
		v.object(c.Client, p.Name, u.Asset, u.Code, "the session is in wave %q and without a place by %q", u.Wave, u.By)
	}
	if len(w.Blocks) > 0 && u.Code != w.Blocks[0].Code {
		v.object(c.Client, p.Name, u.Asset, w.Blocks[0].Code, "the session is blocked and its code is %s", u.Code)
	}
}

// verifyListing checks the order of a plan's lists, and what is excluded.
func (v *verifier) verifyListing(c *verifiedClient, p *verifiedPlan) {
	s := p.schedule
	byStart := func(a, b Placement) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Asset, b.Asset))
	}
	if !slices.IsSortedFunc(s.Placements, byStart) {
		v.object(c.Client, p.Name, "", "", "placements are not in order of start and asset")
	}
	if !slices.IsSortedFunc(s.Unplaced, func(a, b Unplaced) int { return cmp.Compare(a.Asset, b.Asset) }) {
		v.object(c.Client, p.Name, "", "", "unplaced sessions are not in order of asset")
	}
	if !slices.Equal(s.Excluded, p.Excluded) {
		v.object(c.Client, p.Name, "", "", "excluded assets are not those of the plan")
	}
}

func findAsset(assets []Asset, name string) (int, bool) {
	return sort.Find(len(assets), func(i int) int { return cmp.Compare(name, assets[i].Name) })
}

func findWork(work []Work, asset int) (int, bool) {
	return sort.Find(len(work), func(i int) int { return cmp.Compare(asset, work[i].Asset) })
}

func findWindow(windows []Window, name string) int {
	if i, ok := sort.Find(len(windows), func(i int) int { return cmp.Compare(name, windows[i].Name) }); ok {
		return i
	}
	return -1
}

func waveIndex(waves []Wave, name string) int {
	return slices.IndexFunc(waves, func(w Wave) bool { return w.Name == name })
}

// guestsOf lists all that runs on each asset, at any depth.
func guestsOf(assets []Asset) [][]int32 {
	out := make([][]int32, len(assets))
	for i := range assets {
		host := assets[i].RunsOn
		for host >= 0 && host != i && (len(out[host]) == 0 || out[host][len(out[host])-1] != int32(i)) {
			out[host] = append(out[host], int32(i))
			host = assets[host].RunsOn
		}
	}
	return out
}
