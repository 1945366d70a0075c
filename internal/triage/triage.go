// Package triage says why hosts failed, by what they have in common and what they
// said, and shows the evidence: relay, agent, policy, patch, host, window, reboot
// or app; systemic or one-off (semantics.md, Execution). It is deterministic and
// pure: counts and patterns, no guesses. docs/guides/triage.md has the thresholds.
package triage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/dispatch"
)

// Class is what kind of thing failed.
type Class string

// The classes.
const (
	Relay  Class = "relay"
	Agent  Class = "agent"
	Policy Class = "policy"
	Patch  Class = "patch"
	Host   Class = "host"
	Window Class = "window"
	Reboot Class = "reboot"
	App    Class = "app"
)

// When failures that share something are systemic: so many at least, at least so many
// percent of all that share it, and where others do not share it, a rate there of at most
// a tenth.
const (
	Least   = 3
	Percent = 50
	Tenth   = 10
)

// Case is one host that ended or is unreachable, in one wave or rollout.
type Case struct {
	Asset, Site, Relay, Selector, Profile string
	Failed                                bool
	State                                 dispatch.State
	Refusal                               string
	Segment                               dispatch.Segment
	Outcome                               *dispatch.Outcome
}

// Finding is what is found of one host, or of all that share a cause.
type Finding struct {
	Class    Class
	Systemic bool
	// Cause is what is shared: "relay lyon", "site lyon", "selector debian/web/apt",
	// "profile debian-apt"; of what all hosts share "package openssl", "reboot", "app",
	// "agents"; of a one-off "host web-01".
	Cause    string
	Assets   []string // sorted
	Of       int      // how many share the cause, failed or not
	Evidence []string // in words: counts, exit statuses, excerpts
}

// Judge says what the failures of a rollout have in common. Every failed case is in
// exactly one finding: systemic ones first, by the order of what is shared, then the
// one-offs by asset. The order of cases does not matter.
func Judge(cases []Case) []Finding {
	j := &judging{all: cases}
	for i := range cases {
		if cases[i].Failed {
			j.left = append(j.left, signed{&cases[i], signOf(&cases[i])})
		}
	}
	if len(j.left) == 0 {
		return nil
	}
	slices.SortFunc(j.left, func(a, b signed) int { return cmp.Compare(a.Asset, b.Asset) })
	for _, d := range dimensions() {
		j.share(d)
	}
	j.everybody()
	for _, c := range j.left {
		j.found = append(j.found, c.alone())
	}
	return j.found
}

// Alone is what one failed host says by itself.
func Alone(c *Case) Finding { return signed{c, signOf(c)}.alone() }

func (c signed) alone() Finding {
	return Finding{Class: c.class, Cause: "host " + c.Asset, Assets: []string{c.Asset}, Of: 1, Evidence: c.evidence()}
}

// judging is one judgement under way.
type judging struct {
	all   []Case
	left  []signed // failures without a finding yet
	found []Finding
}

// signed is a failure with what it shows.
type signed struct {
	*Case
	sign
}

// dimension is something that hosts share.
type dimension struct {
	kind  string
	of    func(*Case) string
	class func(members []signed) (Class, bool)
}

// dimensions are what failures are grouped by, in this order: what is nearest to a cause
// first.
func dimensions() []dimension {
	lines := func([]signed) (Class, bool) { return Relay, true }
	return []dimension{
		{"relay", func(c *Case) string { return c.Relay }, lines},
		{"site", func(c *Case) string { return c.Site }, lines},
		{"selector", func(c *Case) string { return c.Selector }, alike},
		{"profile", func(c *Case) string { return c.Profile }, alike},
	}
}

// alike is the class of hosts that were selected alike and all fail in the same way.
func alike(members []signed) (Class, bool) {
	for _, m := range members {
		if m.way() != members[0].way() {
			return "", false
		}
	}
	return Policy, true
}

// tally counts those that share one value.
type tally struct {
	all     int
	members []signed
}

// share finds values of a dimension whose hosts fail while the others do not.
func (j *judging) share(d dimension) {
	tallies := map[string]*tally{}
	for i := range j.all {
		value := d.of(&j.all[i])
		if tallies[value] == nil {
			tallies[value] = &tally{}
		}
		tallies[value].all++
	}
	for _, c := range j.left {
		t := tallies[d.of(c.Case)]
		t.members = append(t.members, c)
	}
	var values []string
	for value, t := range tallies {
		if value != "" && j.apart(t) {
			values = append(values, value)
		}
	}
	slices.Sort(values)
	failures := len(j.left)
	for _, value := range values {
		t := tallies[value]
		class, is := d.class(t.members)
		if !is || class == Policy && len(t.members) < t.all {
			continue
		}
		f := Finding{Class: class, Systemic: true, Cause: d.kind + " " + value, Of: t.all}
		f.Evidence = append(f.Evidence, fmt.Sprintf("%d of %d at %s failed, elsewhere %d of %d", len(t.members), t.all, f.Cause, failures-len(t.members), len(j.all)-t.all))
		j.claim(f, t.members)
	}
}

// apart says whether failures are many among those that share a value, and few elsewhere.
func (j *judging) apart(t *tally) bool {
	failed, elsewhere, others := len(t.members), len(j.left)-len(t.members), len(j.all)-t.all
	return failed >= Least && failed*100 >= Percent*t.all && others > 0 && elsewhere*t.all*Tenth <= failed*others
}

// claim makes a finding of some failures, which are in no other one then.
func (j *judging) claim(f Finding, members []signed) {
	f.Evidence = append(f.Evidence, ways(members)...)
	for _, m := range members {
		f.Assets = append(f.Assets, m.Asset)
	}
	j.left = slices.DeleteFunc(j.left, func(c signed) bool {
		_, in := slices.BinarySearch(f.Assets, c.Asset)
		return in
	})
	j.found = append(j.found, f)
}

// everybody finds what half of all hosts fail of in one way, wherever they are.
func (j *judging) everybody() {
	rest := len(j.all)
	for _, f := range j.found {
		rest -= f.Of
	}
	byCause := map[string][]signed{}
	for _, c := range j.left {
		byCause[c.cause()] = append(byCause[c.cause()], c)
	}
	var causes []string
	for cause, members := range byCause {
		if len(members) >= Least && len(members)*100 >= Percent*rest {
			causes = append(causes, cause)
		}
	}
	slices.Sort(causes)
	for _, cause := range causes {
		members := byCause[cause]
		f := Finding{
			Class: members[0].class, Systemic: true, Cause: cause, Of: rest,
			Evidence: []string{fmt.Sprintf("%d of %d failed of %s", len(members), rest, cause)},
		}
		if relay := oneRelay(members); relay != "" {
			f.Cause = "relay " + relay
		}
		j.claim(f, members)
	}
}

// oneRelay is the relay that all members load through who cannot load; "" there is none.
func oneRelay(members []signed) string {
	for _, m := range members {
		if m.class != Relay || m.Relay != members[0].Relay {
			return ""
		}
	}
	return members[0].Relay
}

// ways are the commonest ways in which hosts failed, with counts and what one of them
// said.
func ways(members []signed) []string {
	type way struct {
		text  string
		count int
		first signed
	}
	var all []way
	for _, m := range members {
		i := slices.IndexFunc(all, func(w way) bool { return w.text == m.way() })
		if i < 0 {
			i = len(all)
			all = append(all, way{m.way(), 0, m})
		}
		all[i].count++
	}
	slices.SortStableFunc(all, func(a, b way) int { return cmp.Or(b.count-a.count, strings.Compare(a.text, b.text)) })
	var out []string
	for _, w := range all[:min(3, len(all))] {
		text := fmt.Sprintf("%d × %s", w.count, w.text)
		if said := w.first.excerpt(); said != "" {
			text += fmt.Sprintf(", %s says %q", w.first.Asset, said)
		}
		out = append(out, text)
	}
	return out
}
