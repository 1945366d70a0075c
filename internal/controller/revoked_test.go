package controller

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/trust"
)

// goods are the logs as they are, to be named as good.
func (s *stage) goods() []trust.Good {
	var out []trust.Good
	for _, b := range s.logs() {
		out = append(out, trust.Good{Log: b.Log.Name.Log(), Size: b.Log.Size, Hash: b.Log.Root().String()})
	}
	slices.SortFunc(out, func(a, b trust.Good) int { return strings.Compare(a.Log, b.Log) })
	return out
}

// revoke pins the next root: the log key is revoked, and the controller has another.
func (s *stage) revoke(k, next *keys, good []trust.Good) {
	s.root.Version, s.root.Previous = s.root.Version+1, s.signed.Digest()
	s.root.Revoked = []trust.Revoked{{Key: k.verify, Good: good, Reason: "leaked"}}
	s.root.LogKeys = append(slices.Clone(s.root.LogKeys), next.verify)
	s.resign(k)
	s.signer = next.log
}

// leaked is a stage on which the log key leaked: what good names was recorded by right,
// and then somebody merged x with the key. Nothing is pinned yet.
func (k *keys) leaked(t testing.TB) (*stage, []trust.Good) {
	s := k.begin(t)
	s.propose("x", april)
	s.propose("y", map[string]string{"plans/globex/may.yaml": "plan"})
	s.approve("x", "dana", "erin")
	s.approve("y", "dana")
	s.finish()
	good := s.goods()
	s.propose("z", map[string]string{"plans/acme/june.yaml": "plan"})
	s.approve("y", "erin")
	s.approve("z", "dana")
	s.finish()
	return s, good
}

// A revoked log key: the logs go back to what was good, on top of what they set aside,
// and everything that people said is there again, once.
func TestALogKeyIsRevoked(t *testing.T) {
	k, next := makeKeys(t), makeKeys(t)
	s, good := k.leaked(t)
	s.state = t.TempDir()
	s.finish() // it remembers what is set aside
	before := s.end()
	tips := maps.Clone(s.world.refs)
	s.revoke(k, next, good)
	s.finish()
	st := s.fold()
	s.ok(s.verify())
	if len(st.Landed) != 2 || st.Tip != s.main() {
		t.Errorf("landed %v, authorised %s of %s; before: %s", st.Landed, st.Tip, s.main(), before)
	}
	for _, client := range []string{"_org", "acme", "globex"} {
		if got := s.kinds(client); strings.Count(got, "key.revoke") != 1 || strings.Count(got, "gap") != 1 && client != "acme" {
			t.Errorf("%s: %s", client, got)
		}
	}
	for ref, tip := range tips {
		in, err := s.world.clone().IsAncestor(tip, s.world.refs[ref])
		if err != nil || !in && strings.Contains(ref, "/log/") {
			t.Errorf("%s went back from %s: %v", ref, tip, err)
		}
	}
	done := s.world.effects
	s.finish()
	if s.world.effects != done {
		t.Errorf("and then it did %v", s.world.trace[done:])
	}
	// Whoever has the key writes on, in vain.
	thief, root, signed := s.as("thief"), s.root, s.signed
	thief.root, thief.signer, thief.state = s.root, k.log, ""
	thief.root.Revoked, thief.root.Version = nil, 1
	thief.root.Previous = ""
	thief.root.LogKeys = s.root.LogKeys[:1]
	thief.resign(k)
	thief.approve("z", "erin")
	if _, _, err := thief.run(thief.start()); err != nil && !errors.Is(err, resultlog.ErrIntegrity) && !errors.Is(err, ErrHeld) {
		t.Log(err)
	}
	s.root, s.signed = root, signed
	s.clock.pass(10 * time.Minute)
	s.finish()
	s.ok(s.verify())
	if st := s.fold(); len(st.Landed) != 3 {
		t.Errorf("landed %v", st.Landed)
	}
}

// Without the owners' word what was remembered is not let go, and a key that nothing
// names as good counts for nothing.
func TestALogKeyIsRevokedByNobody(t *testing.T) {
	k, next := makeKeys(t), makeKeys(t)
	s, good := k.leaked(t)
	s.state = t.TempDir()
	s.finish()
	s.revoke(k, next, good)
	s.root.Revoked[0].Good = slices.Clone(good)
	s.root.Revoked[0].Good[1].Size-- // of acme: another record is the last good one
	s.resign(k)
	if _, _, err := s.run(s.start()); !errors.Is(err, resultlog.ErrIntegrity) {
		t.Errorf("a size with the hash of another: %v", err)
	}
	s.root.Revoked = nil
	s.resign(k)
	for ref := range s.world.refs { // somebody takes the log back by hand
		if strings.HasSuffix(ref, "/log/globex/2026") {
			s.world.refs[ref] = s.world.info(s.world.refs[ref]).Parents[0]
		}
	}
	if _, _, err := s.run(s.start()); !errors.Is(err, resultlog.ErrIntegrity) {
		t.Errorf("nobody revoked it: %v", err)
	}
}

// Nothing of a log is good: it begins anew on top of what is there. And nothing stands
// behind what is good: the log goes on.
func TestALogKeyIsRevokedAllOrNothing(t *testing.T) {
	k, next := makeKeys(t), makeKeys(t)
	s, _ := k.leaked(t)
	s.revoke(k, next, s.goods())
	s.finish()
	s.ok(s.verify())
	if got := s.kinds("acme"); strings.Contains(got, "gap") || strings.Count(got, "key.revoke") != 1 {
		t.Errorf("all is good: %s", got)
	}
	s, good := k.leaked(t)
	for i := range good {
		good[i].Size, good[i].Hash = 0, ""
	}
	s.revoke(k, next, good)
	s.finish()
	s.ok(s.verify())
	for _, client := range []string{"_org", "acme", "globex"} {
		if got := s.kinds(client); !strings.HasPrefix(got, "root gap key.revoke") {
			t.Errorf("nothing is good of %s: %s", client, got)
		}
	}
	if st := s.fold(); len(st.Landed) == 0 || st.Tip != s.main() {
		t.Errorf("what was approved did not land anew: %v", st.Landed)
	}
	s, _ = k.leaked(t)
	s.revoke(k, next, []trust.Good{}) // of no log anything
	s.finish()
	s.ok(s.verify())
}

// The process ends before and after every effect while it takes the logs back; then
// another controller goes on. The end is the same.
func TestALogKeyIsRevokedAndEveryCrash(t *testing.T) {
	t.Parallel()
	k, next := makeKeys(t), makeKeys(t)
	end := func(s *stage) string {
		s.finish()
		return s.end() + s.kinds("acme") + "; " + s.kinds("globex")
	}
	whole, good := k.leaked(t)
	begin := whole.world.effects
	whole.revoke(k, next, good)
	want := end(whole)
	for n := begin; n < whole.world.effects; n++ {
		s, good := k.leaked(t)
		s.revoke(k, next, good)
		s.world.crashAt = n
		if _, crashed, err := s.run(s.start()); !crashed {
			t.Fatalf("no crash at %d: %v", n, err)
		}
		if n%2 == 1 { // the other controller
			s.holder = "two"
			s.clock.pass(10 * time.Minute)
			other := s.another("two", s.clock)
			s.world.crashAt = -1
			for range 20 {
				if _, err := other.Tick(context.Background()); err == nil {
					break
				} else if !errors.Is(err, ErrHeld) && !errors.Is(err, git.ErrRemote) {
					t.Fatal(err)
				}
				s.clock.pass(time.Minute)
			}
		}
		if got := end(s); strings.ReplaceAll(got, "{recovered}", "{controller}") != strings.ReplaceAll(want, "{recovered}", "{controller}") {
			t.Fatalf("crash at %d:\n%swanted\n%s", n, got, want)
		}
	}
}

// A year has ended since: the log of then is taken back, and that of now goes on.
func TestALogKeyIsRevokedAYearLater(t *testing.T) {
	k, next := makeKeys(t), makeKeys(t)
	s := k.begin(t)
	s.propose("x", april)
	s.approve("x", "dana", "erin")
	s.finish()
	last := s.goods()
	s.clock.pass(300 * 24 * time.Hour)
	s.propose("y", map[string]string{"plans/acme/may.yaml": "plan"})
	s.approve("y", "dana", "erin")
	s.finish()
	good := s.goods()
	for i := range good {
		if at := slices.IndexFunc(last, func(g trust.Good) bool { return g.Log == good[i].Log }); at >= 0 && last[at] != good[i] {
			t.Fatalf("last year's log went on: %+v", good[i])
		}
	}
	// Somebody with the key appends to the log of last year.
	ref := heads + "patchops/log/acme/2026"
	for _, b := range s.logs() {
		if b.Log.Name.Client != "acme" || b.Log.Name.Year != 2026 {
			continue
		}
		_, u, err := b.Log.Append([]resultlog.Record{{Kind: resultlog.Denial, T: resultlog.Instant(s.clock.now), Why: "x"}}, 99, k.log)
		s.ok(err)
		files := map[string]string{}
		for name, content := range u.Files {
			files[name] = string(content)
		}
		s.world.refs[ref] = s.world.put(s.world.refs[ref], "more", files)
	}
	s.revoke(k, next, good)
	s.finish()
	s.ok(s.verify())
	for _, b := range s.logs() {
		kinds := ""
		for _, r := range b.Records {
			kinds += " " + string(r.Kind)
		}
		if b.Log.Name.Log() == "acme/2026" && !strings.HasSuffix(kinds, " merge gap key.revoke") || b.Log.Name.Log() == "acme/2027" && !strings.HasSuffix(kinds, " merge key.revoke") {
			t.Errorf("%s: %s", b.Log.Name.Log(), kinds)
		}
	}
}

// Whoever has the key appends, and puts back what was there: that is told, too.
func TestALogIsRestoredInSilence(t *testing.T) {
	k := makeKeys(t)
	s, _ := k.leaked(t)
	ref := heads + "patchops/log/acme/2026"
	old := s.world.info(s.world.refs[ref])
	strange := s.world.info(s.world.put(s.world.refs[ref], "strange", map[string]string{"strange": "x"}))
	copied := strange
	copied.ID, copied.Tree, copied.Parents = strange.ID[:39]+"f", old.Tree, []string{strange.ID}
	s.world.objects[copied.ID], s.world.refs[ref] = copied, copied.ID
	s.finish()
	s.ok(s.verify())
	if got := s.kinds("acme"); !strings.HasSuffix(got, " gap") {
		t.Errorf("log of acme: %s", got)
	}
}
