package rollout

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// session is the work of one plan on one asset.
type session struct {
	inst  *instance
	work  *Work
	class *class
	links *links // nil where nothing goes before or after it
	told  *Notified
	wave  int32
	depth int32
	hash  uint64
	relay int64 // seconds of its relay's line

	placed  bool
	running bool
	kept    bool // holds the place that the client was told of
	cycle   bool
	occ     *occurrence // nil for one under way outside every window
	start   int64
	end     int64
	job     job

	code     Code
	by       string
	moved    Code
	gaveUp   Code // why it could not stay where the client was told
	late     bool // it has no place because of a later wave that keeps its places
	binding  Code
	rejected []Rejection
	round    int // of the engine, when it was last without a place
}

// links are the sessions of the same plan that one is bound to.
type links struct {
	before, after []*session // that it depends on; that depend on it
	standbys      []*session // of a primary that goes last
	primary       *session   // of a standby
	component     int32      // of the graph of all links; a cycle shares one
}

func (s *session) risk() int64 { return int64(max(1, s.work.Risk)) }

// missed says whether a session has no place, or ends after it is due.
func (s *session) missed() bool { return !s.placed || s.work.Due > 0 && s.end > s.work.Due }

// blocked says whether a session is kept from being planned, whatever the time.
func (s *session) blocked() bool { return len(s.work.Blocks) > 0 || s.inNoWave() }

// block is what keeps it.
func (s *session) block() (Code, string) {
	if len(s.work.Blocks) > 0 {
		return s.work.Blocks[0].Code, s.work.Blocks[0].By
	}
	return WaveGate, NoWave
}

// inNoWave says whether no wave of its plan takes the asset.
func (s *session) inNoWave() bool { return int(s.wave) >= s.inst.declared }

// waveName is "" where it is in none.
func (s *session) waveName() string { return s.inst.waves[s.wave].Name }

func (s *session) name() string { return s.inst.client.Assets[s.work.Asset].Name }

// instance is one plan at one client.
type instance struct {
	client   *client
	plan     *Plan
	index    int         // of Client.Plans
	sessions []session   // like Plan.Work
	order    []*session  // in which they are placed
	waves    []waveState // the declared ones; then one that never opens, of those in none
	declared int         // waves of the plan
	gates    []gate      // of the first waves; the rest is not known yet
	placed   int
	rings    *rings // nil without rings
	seen     int    // changes of the rings before, as of gates
	due      int64  // earliest; none
	risk     int
	remarks  []Remark
}

// newInstance makes the sessions of a plan, in waves and in order.
func (e *engine) newInstance(c *client, index int) *instance {
	p := &c.Plans[index]
	inst := &instance{client: c, plan: p, index: index, sessions: make([]session, len(p.Work)), due: none}
	hasher := newHasher(p.Name, c.Name)
	for i := range p.Work {
		w := &p.Work[i]
		s := &inst.sessions[i]
		*s = session{inst: inst, work: w, hash: hasher.of(c.Assets[w.Asset].Name), relay: c.relaySeconds(w)}
		if len(c.notified) > 0 {
			s.told = c.notified[workKey{p.Name, w.Asset}]
		}
		s.class = c.classOf(index, w, s.told)
		if w.Due > 0 {
			inst.due = min(inst.due, w.Due)
		}
		inst.risk = max(inst.risk, w.Risk)
	}
	inst.link()
	inst.assignWaves()
	inst.order = make([]*session, len(inst.sessions))
	for i := range inst.sessions {
		inst.order[i] = &inst.sessions[i]
	}
	slices.SortFunc(inst.order, compareSessions)
	return inst
}

// at is the session of an asset, or nil.
func (inst *instance) at(asset int) *session {
	i, ok := slices.BinarySearchFunc(inst.sessions, asset, func(s session, asset int) int { return cmp.Compare(s.work.Asset, asset) })
	if !ok {
		return nil
	}
	return &inst.sessions[i]
}

// compareSessions orders the sessions of one plan: by wave, what goes before
// first, then by due date, risk and chance.
func compareSessions(a, b *session) int {
	if a.wave != b.wave {
		return cmp.Compare(a.wave, b.wave)
	}
	if a.depth != b.depth {
		return cmp.Compare(a.depth, b.depth)
	}
	return cmp.Or(cmp.Compare(dueOrNone(a.work), dueOrNone(b.work)), cmp.Compare(b.work.Risk, a.work.Risk), compareChance(a, b))
}

// compareChance orders assets by their hash, which favours nobody twice.
func compareChance(a, b *session) int {
	return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.work.Asset, b.work.Asset))
}

func dueOrNone(w *Work) int64 {
	if w.Due == 0 {
		return none
	}
	return w.Due
}

// hasher gives the first 64 bits of SHA-256("plan/client/asset"); they differ
// among fewer than 2^32 assets, and the assets' names settle the rest.
type hasher struct {
	text   []byte
	prefix int
}

func newHasher(plan, client string) *hasher {
	text := []byte(plan + "/" + client + "/")
	return &hasher{text: text, prefix: len(text)}
}

func (h *hasher) of(asset string) uint64 {
	h.text = append(h.text[:h.prefix], asset...)
	sum := sha256.Sum256(h.text)
	return binary.BigEndian.Uint64(sum[:])
}
