package controller

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/statement"
	"github.com/patchops/patchops/internal/trust"
)

// R12: a revocation takes effect at a log position: what was recorded before stays,
// what comes after does not count.
func TestR12ARevocationTakesEffectWhereItIsRecorded(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("x", april)
	s.propose("y", map[string]string{"plans/acme/may.yaml": "plan"})
	s.approve("x", "dana")
	s.tick()
	key := signature.KeyOf(s.people["dana"]).Fingerprint()
	s.sayThis("erin", statement.Statement{Act: statement.Revoke, Subject: "key:" + key, Reason: "laptop stolen"})
	// In the same tick: the revocation comes first.
	s.approve("y", "dana", "erin")
	// Who looks before it is recorded sees what the tick will do.
	c := s.start()
	c.report = &Report{}
	v, err := c.look(t.Context())
	s.ok(err)
	r, err := v.Review(t.Context(), "y")
	s.ok(err)
	if len(r.Verdict.Used) != 1 || r.Mergeable {
		t.Errorf("of y %d approvals count before the revocation is recorded, mergeable %t", len(r.Verdict.Used), r.Mergeable)
	}
	s.tick2(t)
	s.approve("x", "erin")
	s.tick2(t, "x")
	if st := s.fold(); st.Revoked[key] == 0 {
		t.Error("no key is revoked")
	}
	if n := countActs(s.fold(), "y"); n != 1 {
		t.Errorf("%d approvals of y are recorded, wanted erin's", n)
	}
	s.ok(s.verify())
}

func countActs(st *authority.State, change string) (n int) {
	for _, a := range st.Acts {
		if a.Record.Change == change {
			n++
		}
	}
	return n
}

// R2, R4: a new root is recorded once; an older one than the recorded is exit 4, and
// so is one that does not follow it.
func TestR4AnOlderRootIsRefused(t *testing.T) {
	k := makeKeys(t)
	s := k.begin(t)
	s.tick()
	old, oldSigned := s.root, s.signed
	s.root.Version, s.root.Previous = 2, s.signed.Digest()
	s.resign(k)
	s.tick()
	s.tick()
	if got := s.kinds("_org"); got != "root lease lease root" && got != "root lease root lease" {
		t.Errorf("log: %s", got)
	}
	s.ok(s.verify())
	new, newSigned := s.root, s.signed
	s.root, s.signed = old, oldSigned
	if _, _, err := s.run(s.start()); !errors.Is(err, trust.ErrRoot) {
		t.Errorf("an older root: %v", err)
	}
	s.root, s.signed = new, newSigned
	s.root.Target = "trunk"
	s.resign(k)
	if _, _, err := s.run(s.start()); !errors.Is(err, trust.ErrRoot) {
		t.Errorf("another root of the same version: %v", err)
	}
	s.root, s.signed = new, newSigned
	s.root.Version, s.root.Previous = 3, oldSigned.Digest()
	s.resign(k)
	if _, _, err := s.run(s.start()); !errors.Is(err, trust.ErrRoot) {
		t.Errorf("a root that does not follow: %v", err)
	}
}

// The genesis is what the root says, by the SHA-256 of its bytes (R41).
func TestR41AnotherGenesisIsRefused(t *testing.T) {
	k := makeKeys(t)
	s := k.begin(t)
	s.root.Genesis.Manifest = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
	s.resign(k)
	if _, _, err := s.run(s.start()); !errors.Is(err, resultlog.ErrIntegrity) {
		t.Errorf("%v", err)
	}
}

// A year ends: the next log begins with the last checkpoint of the one before.
func TestANewYearBeginsANewLog(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("x", april)
	s.approve("x", "dana", "erin")
	s.tick2(t, "x")
	s.clock.pass(300 * 24 * time.Hour)
	s.propose("y", map[string]string{"plans/acme/may.yaml": "plan"})
	s.approve("y", "dana", "erin")
	s.tick2(t, "y")
	var years []int
	for _, b := range s.logs() {
		if b.Log.Name.Client == "acme" {
			years = append(years, b.Log.Name.Year)
		}
	}
	if !slices.Equal(years, []int{2026, 2027}) {
		t.Errorf("logs of %v", years)
	}
	s.ok(s.verify())
}

// A new log key is written into every log, endorsed by the old one: log verify follows
// it with the root of before, also into clients' logs that began later.
func TestANewLogKeyIsFollowed(t *testing.T) {
	k := makeKeys(t)
	s := k.begin(t)
	s.propose("x", april)
	s.approve("x", "dana", "erin")
	s.tick()
	before := s.root
	next := makeKeys(t)
	added, err := resultlog.AddKey(repositoryID, next.verify, k.log)
	s.ok(err)
	s.root.Version, s.root.Previous = 2, s.signed.Digest()
	s.root.LogKeys = append(slices.Clone(s.root.LogKeys), next.verify)
	s.resign(k)
	s.signer, s.added = next.log, []resultlog.Record{added}
	s.tick()
	s.propose("y", map[string]string{"plans/acme/may.yaml": "plan", "plans/initech/may.yaml": "plan"})
	s.approve("y", "dana", "erin")
	s.tick()
	for _, client := range []string{"_org", "acme", "globex", "initech"} {
		if got := strings.Count(s.kinds(client), "key.add"); got != 1 && s.kinds(client) != "" {
			t.Errorf("%s: %s", client, s.kinds(client))
		}
	}
	s.ok(s.verify())
	s.root = before
	s.ok(s.verify())
}
