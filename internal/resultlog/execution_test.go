package resultlog

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/statement"
)

// rolling makes the records of a rollout of acme/x on web-01 and web-02.
type rolling struct{ run, grant, commit string }

func newRolling(b *branch) rolling {
	return rolling{canonical.Digest([]byte("run")), canonical.Digest([]byte("grant")), b.root.Genesis.Commit}
}

func (o rolling) of(r Record) Record {
	r.Run, r.Plan = o.run, "acme/x"
	return r
}

func (o rolling) begun() Record {
	return o.of(Record{Kind: RunBegun, Commit: o.commit, Grant: o.grant, AsOf: Instant(testStart)})
}

func (o rolling) schedule() Record {
	return o.of(Record{Kind: Schedule, Commit: o.commit, Grant: o.grant, Schedule: canonical.Digest([]byte("schedule"))})
}

func (o rolling) wave() Record {
	return o.of(Record{Kind: WaveBegun, Wave: "canary", Assets: []string{"web-01", "web-02"}, Budget: 0})
}

// claim is one of a window that is open from a minute before the story to an hour
// after it.
func (o rolling) claim(asset, segment string, attempt int64) Record {
	return o.of(Record{
		Kind: Claim, Wave: "canary", Asset: asset, Segment: segment, Attempt: attempt, Grant: o.grant, Fence: 1,
		Key:    ClaimKey(storyRepository, o.run, asset, o.grant, attempt, segment),
		Window: "nightly", Occurrence: Instant(testStart.Add(-time.Minute)), Begin: Instant(testStart), End: Instant(testStart.Add(time.Hour)),
		Worst: 600, NotAfter: Instant(testStart.Add(30 * time.Minute)),
	})
}

func (o rolling) result(claim Record, outcome string) Record {
	return o.of(Record{Kind: Result, Wave: claim.Wave, Asset: claim.Asset, Segment: claim.Segment, Attempt: claim.Attempt, Key: claim.Key, Outcome: outcome, MS: 7})
}

func but(r Record, f func(*Record)) Record {
	f(&r)
	return r
}

// TestR1NoClaimWithoutMergeGrantAndWindow: each rule of rollouts, broken once in a log
// whose keys and tree hold; the fault names the record.
func TestR1NoClaimWithoutMergeGrantAndWindow(t *testing.T) {
	o := newRolling(newBranch(t))
	begin := []Record{o.begun(), o.schedule(), o.wave()}
	after := func(more ...Record) []Record { return append(append([]Record{}, begin...), more...) }
	claim := o.claim("web-01", "install", 1)
	reclaimed := but(claim, func(r *Record) { r.NotAfter = Instant(testStart.Add(40 * time.Minute)) })
	verify := o.claim("web-01", "verify", 1)
	ended := o.of(Record{Kind: RunEnded, Outcome: "done"})
	unknown := o.of(Record{Kind: Unknown, Asset: "web-01", Key: claim.Key, Why: "unreachable"})
	other := rolling{canonical.Digest([]byte("other")), o.grant, o.commit}
	hold := func(kind Kind, plan string) Record {
		said := map[Kind]string{Hold: statement.Hold, Abort: statement.Abort}[kind]
		return spoken(t, kind, "dana", statement.Statement{Act: said, Subject: "plan:" + plan, Reason: "slow"}, plan)
	}
	resume := func(plan string) Record {
		return spoken(t, Resume, "dana", statement.Statement{Act: statement.Approve, Subject: "resume:" + plan}, plan)
	}
	for name, c := range map[string]struct {
		records []Record
		why     string // "": holds
	}{
		"good":                    {after(claim, o.result(claim, "succeeded"), verify, o.result(verify, "succeeded"), o.of(Record{Kind: WaveEnded, Wave: "canary", Outcome: "promoted"}), ended), ""},
		"tried again":             {after(claim, but(o.result(claim, "failed"), func(r *Record) { r.Begin = Instant(testStart) }), o.claim("web-01", "install", 2)), ""},
		"never begun, renewed":    {after(claim, unknown, reclaimed, o.result(claim, "succeeded")), ""},
		"rolled back":             {after(claim, o.result(claim, "failed"), o.claim("web-01", "rollback", 1)), ""},
		"held, then resumed":      {after(hold(Hold, "acme/x"), resume("acme/x"), claim), ""},
		"another wave is held":    {after(hold(Hold, "acme/x/rest"), claim), ""},
		"ends in doubt":           {after(claim, unknown, o.of(Record{Kind: RunEnded, Outcome: "aborted"})), ""},
		"two runs":                {after(ended, but(o.begun(), func(r *Record) { r.Run = canonical.Digest([]byte("2")) })), ""},
		"claim, no run":           {[]Record{claim}, "has no run"},
		"claim, no schedule":      {[]Record{o.begun(), o.wave()}, "no schedule"},
		"claim, no wave":          {[]Record{o.begun(), o.schedule(), claim}, `in wave "canary"`},
		"claim, other wave":       {after(but(claim, func(r *Record) { r.Wave = "rest" })), `in wave "rest"`},
		"claim, no member":        {after(o.claim("db-01", "install", 1)), "db-01 in wave"},
		"claim, no window":        {after(but(claim, func(r *Record) { r.Window = "" })), "without a window"},
		"claim, before it":        {after(but(claim, func(r *Record) { r.Occurrence = Instant(testStart.Add(50 * time.Minute)) })), "its window nightly is open"},
		"claim, behind it":        {after(but(claim, func(r *Record) { r.End = Instant(testStart) })), "its window nightly is open"},
		"claim, too long":         {after(but(claim, func(r *Record) { r.Worst = 3600 })), "3600 s"},
		"claim, begins behind it": {after(but(claim, func(r *Record) { r.NotAfter = r.End })), "its window ends"},
		"claim, at any time":      {after(but(claim, func(r *Record) { r.NotAfter = "" })), "at any time"},
		"aborted, then a new run": {after(hold(Abort, "acme/x"), ended, but(o.begun(), func(r *Record) { r.Run = other.run }), other.of(o.schedule()), other.of(o.wave()), other.claim("web-01", "install", 1)), ""},
		"back after the end":      {after(claim, o.result(claim, "interrupted"), ended, o.claim("web-01", "rollback", 1)), ""},
		"claim, no grant":         {after(but(claim, func(r *Record) { r.Grant = "" })), `grant ""`},
		"claim, other grant":      {after(but(claim, func(r *Record) { r.Grant = o.run })), "is not that of its run"},
		"claim, other key":        {after(but(claim, func(r *Record) { r.Key = o.run })), "is not that of its run"},
		"claim, attempt 0":        {after(o.claim("web-01", "install", 0)), "attempt 0"},
		"claim while open":        {after(claim, o.claim("web-01", "install", 2)), "is open"},
		"claim of a used key":     {after(claim, o.result(claim, "failed"), claim), "is claimed again"},
		"verify first":            {after(verify), "without an installation"},
		"reboot after a stop":     {after(claim, o.result(claim, "stopped"), o.claim("web-01", "reboot", 1)), "without an installation"},
		"a segment of what":       {after(claim, o.result(claim, "failed"), o.claim("web-01", "format", 1)), "without an installation"},
		"claim under a hold":      {after(hold(Hold, "acme/x"), claim), "under a hold"},
		"claim, wave held":        {after(hold(Hold, "acme/x/canary"), claim), "under a hold"},
		"claim after an abort":    {after(hold(Abort, "acme/x"), resume("acme/x"), claim), "under a abort"},
		"claim, other resumed":    {after(hold(Hold, "acme/x"), resume("acme/x/canary"), claim), "under a hold"},
		"claim in an ended run":   {after(ended, claim), "has ended"},
		"back in the next run":    {after(claim, unknown, ended, but(o.begun(), func(r *Record) { r.Run = other.run }), o.result(claim, "succeeded")), ""},
		"claim of another run":    {after(but(claim, func(r *Record) { r.Run = o.grant })), "the newest of acme/x"},
		"result, no claim":        {after(o.result(claim, "succeeded")), "no open claim"},
		"result twice":            {after(claim, o.result(claim, "failed"), o.result(claim, "succeeded")), "no open claim"},
		"result of another":       {after(claim, but(o.result(claim, "failed"), func(r *Record) { r.Asset = "web-02" })), "no open claim"},
		"result, other segment":   {after(claim, but(o.result(claim, "failed"), func(r *Record) { r.Segment = "verify" })), "not of what its key"},
		"result, what":            {after(claim, o.result(claim, "fine")), `"fine"`},
		"result, long":            {after(claim, but(o.result(claim, "failed"), func(r *Record) { r.Out = &Output{Text: strings.Repeat("x", 9000)} })), "excerpt"},
		"unknown, no claim":       {after(unknown), "no open claim"},
		"deferred, no code":       {after(o.of(Record{Kind: Deferred, Asset: "web-01"})), "no code"},
		"run, twice":              {after(o.begun()), "goes on"},
		"run, again":              {after(ended, o.begun()), "begins twice"},
		"run of another client":   {[]Record{but(o.begun(), func(r *Record) { r.Plan = "globex/x" })}, `in the log of "acme"`},
		"run, of nothing":         {[]Record{but(o.begun(), func(r *Record) { r.Commit = "" })}, "no commit"},
		"run, unauthorised":       {[]Record{but(o.begun(), func(r *Record) { r.Commit = storyMerge })}, "no merge made"},
		"schedule, unauthorised":  {[]Record{o.begun(), but(o.schedule(), func(r *Record) { r.Commit = storyMerge })}, "no merge made"},
		"schedule, moved for fun": {[]Record{o.begun(), but(o.schedule(), func(r *Record) { r.Moves = []Move{{Asset: "web-01", Code: "FUN"}} })}, `code "FUN"`},
		"wave, twice in one":      {after(o.of(Record{Kind: WaveBegun, Wave: "rest", Assets: []string{"web-02"}})), "and is in canary"},
		"wave, after its end":     {after(o.of(Record{Kind: WaveEnded, Wave: "canary", Outcome: "closed"}), o.of(Record{Kind: WaveBegun, Wave: "canary"})), "after it was closed"},
		"wave ends twice":         {after(o.of(Record{Kind: WaveEnded, Wave: "canary", Outcome: "closed"}), o.of(Record{Kind: WaveEnded, Wave: "canary", Outcome: "closed"})), "ends twice"},
		"wave ends how":           {after(o.of(Record{Kind: WaveEnded, Wave: "canary", Outcome: "well"})), `"well"`},
		"paused why":              {after(o.of(Record{Kind: WavePaused, Wave: "canary", Code: "tired"})), `"tired"`},
		"gate, maybe":             {after(o.of(Record{Kind: Gate, Wave: "canary", Gate: "probe-0", Outcome: "maybe"})), `"maybe"`},
		"run ends, claim open":    {after(claim, ended), "is open"},
		"run ends twice":          {after(ended, ended), "ends twice"},
		"breach twice":            {after(o.of(Record{Kind: Breach, Asset: "web-01", Code: "SLA"}), o.of(Record{Kind: Breach, Asset: "web-01", Code: "SLA"})), "twice"},
		"key of nothing":          {[]Record{{Kind: HostKey}}, "no asset"},
	} {
		b := newBranch(t)
		for _, r := range c.records {
			b.append(r)
		}
		_, err := Verify([]Source{b.source()}, Options{Keys: mustKeys(t, b), Root: b.root, Whole: true})
		if c.why == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		var f *Fault
		if !errors.As(err, &f) || !strings.Contains(f.Why, c.why) || f.Seq != b.log.Size-1 {
			t.Errorf("%s: %v, wanted %q at record %d", name, err, c.why, b.log.Size-1)
		}
	}
}

// spoken is the record of a person's word on a plan.
func spoken(t *testing.T, kind Kind, name string, s statement.Statement, plan string) Record {
	t.Helper()
	s.Serial = 3
	signed := says(t, name, s)
	st, key, err := signed.Open()
	if err != nil {
		t.Fatal(err)
	}
	return Record{
		Kind: kind, Plan: plan, Evidence: signed.Digest(), Statement: signed, AsOf: st.AsOf, Reason: st.Reason,
		Actor: &Actor{Kind: "person", ID: name, Key: key.Fingerprint()},
	}
}

// TestR52NoClaimOfAnUncoveredGrant: what a merge left without approval is not touched
// until a later merge covers it.
func TestR52NoClaimOfAnUncoveredGrant(t *testing.T) {
	b := newBranch(t)
	o := newRolling(b)
	dana, erin := act(t, Approval, "dana", 1), act(t, Approval, "erin", 1)
	d := decision("d1", dana, erin)
	landed := merge(d)
	landed.Uncovered = []string{"x/web-01"}
	o.commit = landed.Commit
	b.append(dana, erin, d, landed, o.begun(), o.schedule(), o.wave(), o.claim("web-02", "install", 1))
	if _, err := b.verify(); err != nil {
		t.Fatal(err)
	}
	e := NewExecution(storyRepository)
	_, records, err := Open(b.log.Name, b.trees[b.tip()], mustKeys(t, b))
	if err != nil {
		t.Fatal(err)
	}
	e.Follow(b.log.Name, records)
	claim := o.claim("web-01", "install", 1)
	claim.T = Instant(testStart.Add(time.Minute))
	if why := e.Would(b.log.Name, []Record{claim}); !strings.Contains(why, "nobody approved") {
		t.Fatalf("%q, wanted that nobody approved the grant", why)
	}
	covers := Record{Kind: Merge, Via: "adopted", Covered: []string{"x/web-01"}}
	if why := e.Would(b.log.Name, []Record{covers, claim}); why != "" {
		t.Fatal(why)
	}
	if why := e.Would(b.log.Name, []Record{claim}); why == "" {
		t.Fatal("a question changed what is known")
	}
	// What has begun goes on, whatever a merge says later.
	begun := o.claim("web-02", "install", 1)
	gone := Record{Kind: Merge, Via: "adopted", Uncovered: []string{"x/web-02"}}
	if why := e.Would(b.log.Name, []Record{o.result(begun, "failed"), gone, o.claim("web-02", "rollback", 1)}); why != "" {
		t.Fatal(why)
	}
}
