package audit

import (
	"crypto/ed25519"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/corpus/corpustest"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/statement"
)

// icy is a bench whose genesis holds a freeze over the place of its plan, with more of its
// spec; by rule freeze-override one of group approvers lifts it.
func icy(t *testing.T, more string) *bench {
	b := newBench(t)
	b.commits["bare"] = b.commits["genesis"]
	b.freeze("genesis", "bare", b.place.Start-3600, b.place.Start+7200, more)
	return b
}

// freeze makes a commit that is another with a freeze.
func (b *bench) freeze(commit, of string, from, until int64, more string) {
	b.commits[commit] = b.commits[of].With(b.t, "rules/freeze.yaml", "", fmt.Sprintf(`apiVersion: patchops.dev/v1alpha1
kind: Freeze
metadata: {name: stocktaking}
spec: {from: %q, until: %q, reason: Stocktaking., onRunning: finish%s}
---
apiVersion: patchops.dev/v1alpha1
kind: ApprovalRule
metadata: {name: freeze-override}
spec: {require: {group: approvers, count: 2}}
`, text(from), text(until), more))
}

// glass is an override of the plan by two people, recorded at an instant.
func (b *bench) glass(at, until int64, people ...string) resultlog.Record {
	r := resultlog.Record{Kind: resultlog.Override, Plan: b.plan, T: text(at), Expires: text(until)}
	for _, p := range people {
		said, err := statement.Encode(statement.Statement{
			Repository: "11111111-1111-4111-8111-111111111111", Target: "main", Act: statement.Approve, Subject: "override:" + b.plan, Person: p, AsOf: text(at), Expires: text(until), Reason: "it burns", Serial: 1,
		})
		if err != nil {
			b.t.Fatal(err)
		}
		key, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed([]byte(fmt.Sprintf("%-32s", p))))
		if err != nil {
			b.t.Fatal(err)
		}
		armored, err := signature.Sign(key, said, signature.Statements)
		if err != nil {
			b.t.Fatal(err)
		}
		r.Statements = append(r.Statements, statement.Signed{Statement: string(said), Signature: armored})
	}
	return r
}

// moves is the merge of a commit, recorded at an instant.
func (b *bench) moves(from, to string, at int64) resultlog.Record {
	return resultlog.Record{
		Kind: resultlog.Merge, Via: "controller", Base: from, Commit: to, T: text(at), Effect: effect.Between(b.docs(from).Tree, b.docs(to).Tree).Digest().String(),
	}
}

// approvers are the members of the group, in the documents.
func (b *bench) approvers() []string {
	c := b.docs("genesis").Corpus
	v := c.View("").Document("Group", corpus.Global, "approvers").Get("spec").Get("members")
	var out []string
	for i := range v.Elements() {
		out = append(out, v.Items[i].Text())
	}
	return out
}

// TestW20NoStartInAFreeze: a claim inside a freeze of the documents in force does not pass,
// whatever the schedule that was locked says.
func TestW20NoStartInAFreeze(t *testing.T) {
	b := icy(t, "")
	b.expect("in a freeze", b.story(), "FREEZE Freeze/_/stocktaking")
	b.freeze("genesis", "bare", b.place.Start-7200, b.place.Start, "")
	b.expect("just over", b.story(), "")
	b.freeze("genesis", "bare", b.place.Start+60, b.place.Start+7200, "")
	b.expect("it would begin just when the installation is done", b.story(), "")
	b.freeze("genesis", "bare", b.place.Start+59, b.place.Start+7200, "")
	b.expect("it begins while the installation lasts", b.story(), "FREEZE")
	records := b.story()
	records[3].Segment = "reboot"
	b.expect("what follows a session that had begun", records, "")
}

// TestAFreezeThatIsLifted: by the tips of the claim's time, not by those before or after.
func TestAFreezeThatIsLifted(t *testing.T) {
	b := newBench(t)
	at := b.place.Start
	b.freeze("frozen", "genesis", at-3600, at+7200, "")
	with := func(merges ...resultlog.Record) []resultlog.Record {
		out := b.story()
		for _, m := range merges {
			i := slices.IndexFunc(out, func(r resultlog.Record) bool { return seconds(r.T) > seconds(m.T) })
			if i < 0 {
				i = len(out)
			}
			out = slices.Insert(out, i, m)
		}
		return out
	}
	b.commits["thawed"] = b.commits["genesis"]
	b.expect("a freeze that came while it was under way", with(b.moves("genesis", "frozen", at-mostBetween-1)), "FREEZE")
	b.expect("a freeze that came later", with(b.moves("genesis", "frozen", at+1)), "")
	b.expect("a freeze that came as it was decided on", with(b.moves("genesis", "frozen", at-5)), "")
	b.expect("a freeze that came and went", with(b.moves("genesis", "frozen", at-900), b.moves("frozen", "thawed", at-600)), "")
	b.expect("a freeze that went as it was decided on", with(b.moves("genesis", "frozen", at-900), b.moves("frozen", "thawed", at-5)), "")
	b.expect("a freeze that went later", with(b.moves("genesis", "frozen", at-900), b.moves("frozen", "thawed", at+60)), "FREEZE")

	// A log of later years alone: of the merges before it nothing is known.
	records := b.story()
	for i := range records[:3] {
		records[i].Commit = "thawed"
	}
	b.commits["genesis"] = b.commits["frozen"]
	b.expect("lifted by a merge that is in another log", records, "")
}

// TestAFreezeThatAnOverrideLifts: of the plan, in time, by whom its rule asks for.
func TestAFreezeThatAnOverrideLifts(t *testing.T) {
	b := icy(t, ", override: {approvalRuleRef: freeze-override}")
	at, who := b.place.Start, b.approvers()
	if len(who) < 2 {
		t.Fatalf("approvers %v, wanted two", who)
	}
	with := func(r resultlog.Record) []resultlog.Record { return slices.Insert(b.story(), 3, r) }
	b.expect("nobody", b.story(), "FREEZE")
	b.expect("in time", with(b.glass(at-60, at+3600, who[0], who[1])), "")
	b.expect("of another plan", with(func() resultlog.Record {
		r := b.glass(at-60, at+3600, who[0], who[1])
		r.Plan = b.name.Client + "/other"
		return r
	}()), "FREEZE")
	b.expect("over by then", with(b.glass(at-3600, at, who[0], who[1])), "FREEZE")
	b.expect("by others than its rule asks for", with(b.glass(at-60, at+3600, who[0], "mallory")), "FREEZE")
	ratified := b.glass(at-60, at+3600, who[0], who[1])
	ratified.Via, ratified.Statements = "ratified", nil
	b.expect("ratified, and never asked for", with(ratified), "FREEZE")
	late := append(b.story(), b.glass(at+1, at+3600, who[0], who[1]))
	b.expect("after the deed", late, "FREEZE")

	b = icy(t, "") // no rule: nobody lifts it
	b.expect("of a freeze that names no rule", with(b.glass(at-60, at+3600, who[0], who[1])), "FREEZE")
}

// TestAFreezeThatWorkPasses: a plan with patches above passAbove may pass, whichever of them a
// host still lacks; which, the log's facts said.
func TestAFreezeThatWorkPasses(t *testing.T) {
	most := func(b *bench) string {
		names := []string{"", "none", "low", "medium", "high", "critical"}
		o, err := b.audit(0).oracle(b.name.Client, "genesis", b.place.Start)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, p := range o.in.Plans {
			if strings.HasSuffix(b.plan, "/"+p.Name) {
				return names[p.Most]
			}
		}
		b.t.Fatal("no plan")
		return ""
	}
	b := newBench(t)
	b.commits["bare"] = b.commits["genesis"]
	level := most(b)
	b.freeze("genesis", "bare", b.place.Start-3600, b.place.Start+7200, ", passAbove: low")
	b.expect("more severe", b.story(), "")
	b.freeze("genesis", "bare", b.place.Start-3600, b.place.Start+7200, ", passAbove: "+level)
	b.expect("as severe", b.story(), "FREEZE")
}

// TestAFreezeOfUnreadCommits: what cannot be read is no fault, and told.
func TestAFreezeOfUnreadCommits(t *testing.T) {
	b := newBench(t)
	at := b.place.Start
	b.freeze("frozen", "genesis", at-3600, at+7200, "")
	merge := b.moves("genesis", "frozen", at-3600)
	b.commits["frozen"] = corpustest.Tree(nil)
	a := b.audit(0)
	fault := b.judge(a, slices.Insert(b.story(), 3, merge))
	if absent, _ := a.Unread(); fault != nil || absent != 1 {
		t.Errorf("%v, %d commits absent, wanted one and no fault", fault, absent)
	}
}

// TestAFreezeOfEarlierClaims: documents are read once, and freezes that were over by a later
// claim are there for an earlier one.
func TestAFreezeOfEarlierClaims(t *testing.T) {
	b := icy(t, "")
	a := b.audit(0)
	if _, err := a.oracle(b.name.Client, "genesis", b.place.Start+30*86400); err != nil {
		t.Fatal(err)
	}
	if fault := b.judge(a, b.story()); fault == nil {
		t.Error("an installation in a freeze that was over later is no fault")
	}
}
