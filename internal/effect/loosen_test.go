package effect

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// loosened is what one change loosens, shortly: "freeze spec.until shortened".
func loosened(t testing.TB, before, after repo) []string {
	t.Helper()
	a, b := before.tree(t), after.tree(t)
	var out []string
	for _, l := range Loosened(Between(a, b), a.corpus, b.corpus) {
		out = append(out, strings.Join(strings.Fields(l.About+" "+l.Path+" "+l.What), " "))
	}
	return out
}

// looser are documents before and after, what is looser, and what is when the
// change is taken back.
var looser = []struct{ name, before, after, there, back string }{
	{"freeze lifted", freeze("reason: audit"), "", "freeze removed", ""},
	{"freeze ends earlier", freeze("reason: a"), strings.Replace(freeze("reason: a"), "04-05", "04-01", 1), "freeze spec.until shortened", ""},
	{"freeze begins later", freeze("reason: a"), strings.Replace(freeze("reason: a"), "03-25", "03-27", 1), "freeze spec.from shortened", ""},
	{"freeze read elsewhere", freeze("reason: a"), freeze("reason: a, timezone: Asia/Tokyo"), "freeze spec.timezone moved", "freeze spec.timezone moved"},
	{"freeze binds some", freeze("reason: a"), freeze("reason: a, selector: {matchLabels: {env: prod}}"), "freeze spec.selector narrowed", ""},
	{"freeze binds others", freeze("reason: a, selector: {matchLabels: {env: prod}}"), freeze("reason: a, selector: {matchLabels: {env: test}}"), "freeze spec.selector narrowed", "freeze spec.selector narrowed"},
	{"freeze lets pass", freeze("reason: a, passAbove: high"), freeze("reason: a, passAbove: medium"), "freeze spec.passAbove passes", ""},
	{"freeze lets pass at all", freeze("reason: a"), freeze("reason: a, passAbove: high"), "freeze spec.passAbove passes", ""},
	{"freeze overridable", freeze("reason: a"), freeze("reason: a, override: {approvalRuleRef: two}"), "freeze spec.override overridable", ""},
	{"freeze no longer pauses", freeze("reason: a, onRunning: pauseAtSafePoint"), freeze("reason: a, onRunning: finish"), "freeze spec.onRunning finishes", ""},
	{"recurring freeze", "kind: Freeze\nmetadata: {name: x}\nspec: {recurrence: FREQ=MONTHLY, start: 2026-01-31T00:00, duration: P2D, reason: a}", "kind: Freeze\nmetadata: {name: x}\nspec: {recurrence: FREQ=MONTHLY, start: 2026-01-31T00:00, duration: P1D, reason: a}", "freeze spec.duration shortened", ""},

	{"window longer", window("duration: PT4H"), window("duration: PT5H"), "window spec.duration lengthened", ""},
	{"window elsewhen", window("duration: PT4H"), strings.Replace(window("duration: PT4H"), "T22", "T12", 1), "window spec.start moved", "window spec.start moved"},
	{"window for all", window("duration: PT4H, selector: {matchLabels: {env: prod}}"), window("duration: PT4H"), "window spec.selector widened", ""},
	{"window on a day more", window("duration: PT4H, exdates: [2026-04-01, 2026-04-02]"), window("duration: PT4H, exdates: [2026-04-02]"), "window spec.exdates opened", ""},
	{"window once more", window("duration: PT4H"), window("duration: PT4H, rdates: [2026-04-01T10:00]"), "window spec.rdates[0] opened", ""},
	{"window for more at once", window("duration: PT4H, capacity: 2"), window("duration: PT4H, capacity: 3"), "window spec.capacity raised", ""},
	{"window for any number", window("duration: PT4H, capacity: 2"), window("duration: PT4H"), "window spec.capacity raised", ""},
	{"window on holidays", window("duration: PT4H, onHoliday: skip"), window("duration: PT4H"), "window spec.onHoliday widened", ""},
	{"deny window gone", window("duration: PT4H, type: deny"), "", "window removed", ""},
	{"deny window shorter", window("duration: PT4H, type: deny"), window("duration: PT3H, type: deny"), "window spec.duration shortened", ""},
	{"deny window for some", window("duration: PT4H, type: deny"), window("duration: PT4H, type: deny, selector: {matchLabels: {env: prod}}"), "window spec.selector narrowed", ""},
	{"deny window opens", window("duration: PT4H, type: deny"), window("duration: PT4H"), "window spec.type opened", ""},
	{"deny window not today", window("duration: PT4H, type: deny"), window("duration: PT4H, type: deny, exdates: [2026-04-01]"), "window spec.exdates[0] shortened", ""},
	{"window by itself", "", window("duration: PT4H"), "", ""},

	{"rule on a day less", slaOf("P7D", "calendar"), slaOf("P8D", "calendar"), "sla spec.rules[0].within lengthened", ""},
	{"rule in business days", slaOf("P7D", "calendar"), slaOf("P7D", "business"), "sla spec.rules[0].clock lengthened", ""},
	{"rule gone", slaOf("P7D", "calendar"), "kind: SLAPolicy\nmetadata: {name: x}\nspec: {rules: []}", "sla spec.rules removed", ""},
	{"policy gone", slaOf("P7D", "calendar"), "", "sla removed", ""},
	{"less severe", patchOf("severity: high"), patchOf("severity: low"), "sla spec.severity lowered", ""},
	{"not exploited", patchOf("severity: high, kev: {addedAt: 2026-03-01}"), patchOf("severity: high"), "sla spec.kev removed", ""},

	{"acceptance", "", acceptanceOf("expires: 2026-05-01"), "acceptance added", ""},
	{"acceptance longer", acceptanceOf("expires: 2026-05-01"), acceptanceOf("expires: 2026-05-02"), "acceptance spec.expires lengthened", ""},
	{"acceptance of more", acceptanceOf("expires: 2026-05-01, scope: {assets: [a], patches: [p]}"), acceptanceOf("expires: 2026-05-01, scope: {assets: [a, b], patches: [p]}"), "acceptance spec.scope.assets[1] widened", ""},
	{"acceptance of all", acceptanceOf("expires: 2026-05-01, scope: {assets: [a], patches: [p]}"), acceptanceOf("expires: 2026-05-01, scope: {patches: [p]}"), "acceptance spec.scope.assets widened", ""},
	{"acceptance of work", acceptanceOf("expires: 2026-05-01, scope: {patches: [p], findings: [a/b]}"), acceptanceOf("expires: 2026-05-01, scope: {patches: [p]}"), "acceptance spec.scope.findings widened", "acceptance spec.scope.findings widened"},
	{"acceptance despite exploits", acceptanceOf("expires: 2026-05-01, expireOnKEV: true"), acceptanceOf("expires: 2026-05-01"), "acceptance spec.expireOnKEV lengthened", ""},

	{"more at once down", "kind: HAGroup\nmetadata: {name: g, client: acme}\nspec: {maxUnavailable: 1}", "kind: HAGroup\nmetadata: {name: g, client: acme}\nspec: {maxUnavailable: 2}", "ha spec.maxUnavailable raised", ""},
	{"no soak", "kind: HAGroup\nmetadata: {name: g, client: acme}\nspec: {soak: PT1H, order: standbyFirst}", "kind: HAGroup\nmetadata: {name: g, client: acme}\nspec: {order: any}", "ha spec.order lowered, ha spec.soak shortened", ""},

	{"one instead of two", ruleOf("require: {group: ops, count: 2}"), ruleOf("require: {group: ops, count: 1}"), "rules spec.require.count lowered", ""},
	{"others", ruleOf("require: {group: ops, count: 2}"), ruleOf("require: {group: dev, count: 2}"), "rules spec.require swapped", "rules spec.require swapped"},
	{"one branch less", ruleOf("require: {all: [{group: a, count: 1}, {group: b, count: 1}]}"), ruleOf("require: {all: [{group: a, count: 1}]}"), "rules spec.require swapped", ""},
	{"one choice more", ruleOf("require: {any: [{group: a, count: 1}]}"), ruleOf("require: {any: [{group: a, count: 1}, {group: b, count: 1}]}"), "rules spec.require swapped", "rules spec.require swapped"},
	{"oneself", ruleOf("require: {group: ops, count: 2}"), ruleOf("require: {group: ops, count: 2}, exclude: [author]"), "rules spec.exclude unexcluded", ""},
	{"one for two", ruleOf("require: {group: ops, count: 2}"), ruleOf("require: {group: ops, count: 2}, distinctPeople: false"), "rules spec.distinctPeople indistinct", ""},
	{"not signed", ruleOf("require: {group: ops, count: 2}, signed: true"), ruleOf("require: {group: ops, count: 2}"), "rules spec.signed unsigned", ""},
	{"valid for longer", ruleOf("require: {group: ops, count: 2}, validFor: P3D"), ruleOf("require: {group: ops, count: 2}"), "rules spec.validFor lengthened", ""},
	{"matches less", ruleOf("require: {group: ops, count: 2}, match: {kinds: [Patch, Freeze]}"), ruleOf("require: {group: ops, count: 2}, match: {kinds: [Patch]}"), "rules spec.match.kinds narrowed", ""},
	{"matches only with", ruleOf("require: {group: ops, count: 2}, match: {kinds: [Patch]}"), ruleOf("require: {group: ops, count: 2}, match: {kinds: [Patch], minRisk: 500}"), "rules spec.match.minRisk raised", ""},
	{"matches nothing", ruleOf("require: {group: ops, count: 2}, match: {kinds: [Patch]}"), ruleOf("require: {group: ops, count: 2}"), "rules spec.match removed", ""},
	{"rule dropped", ruleOf("require: {group: ops, count: 2}"), "", "rules removed", ""},
	{"another member", "kind: Group\nmetadata: {name: ops}\nspec: {members: [dana]}", "kind: Group\nmetadata: {name: ops}\nspec: {members: [dana, eve]}", "rules spec.members[1] joined", ""},
	{"another key", "kind: Person\nmetadata: {name: eve}\nspec: {active: true, signingKeys: [a]}", "kind: Person\nmetadata: {name: eve}\nspec: {active: true, signingKeys: [a, b]}", "rules spec.signingKeys[1] identity", ""},
	{"another account", "kind: Person\nmetadata: {name: eve}\nspec: {github: {login: a, id: 1}, active: true}", "kind: Person\nmetadata: {name: eve}\nspec: {github: {login: a, id: 2}, active: true}", "rules spec.github.id identity", "rules spec.github.id identity"},
	{"address gone", "kind: Person\nmetadata: {name: eve}\nspec: {active: true, emails: [a@b.example]}", "kind: Person\nmetadata: {name: eve}\nspec: {active: true}", "rules spec.emails removed", ""},
	{"back again", "kind: Person\nmetadata: {name: eve}\nspec: {active: false, bot: true}", "kind: Person\nmetadata: {name: eve}\nspec: {active: true}", "rules spec.active activated, rules spec.bot activated", ""},
	{"a rule off", "kind: Config\nmetadata: {name: c}\nspec: {repositoryId: x}", "kind: Config\nmetadata: {name: c}\nspec: {repositoryId: x, policy: {levels: {plan/backout: \"off\"}}}", `rules spec.policy.levels["plan/backout"] lowered`, ""},
	{"a rule milder", "kind: Config\nmetadata: {name: c}\nspec: {policy: {levels: {plan/backout: error}}}", "kind: Config\nmetadata: {name: c}\nspec: {policy: {levels: {}}}", `rules spec.policy.levels["plan/backout"] lowered`, ""},
	{"a parameter", "kind: Config\nmetadata: {name: c}\nspec: {policy: {parameters: {plan/minimum-age: {days: 7}}}}", "kind: Config\nmetadata: {name: c}\nspec: {policy: {parameters: {plan/minimum-age: {days: 1}}}}", `rules spec.policy.parameters["plan/minimum-age"] changed`, `rules spec.policy.parameters["plan/minimum-age"] changed`},
	{"a folder unread", "kind: Config\nmetadata: {name: c}\nspec: {}", "kind: Config\nmetadata: {name: c}\nspec: {exclude: [rules]}", "rules spec.exclude[0] excluded", ""},
	{"at once", "kind: Config\nmetadata: {name: c}\nspec: {merge: {when: windowOpen}}", "kind: Config\nmetadata: {name: c}\nspec: {merge: {when: approved}}", "rules spec.merge.when changed", ""},
	{"another speaks", "kind: Contact\nmetadata: {name: c, client: acme}\nspec: {role: primary, personRef: eve}", "kind: Contact\nmetadata: {name: c, client: acme}\nspec: {role: primary, personRef: mallory}", "rules spec.personRef identity", "rules spec.personRef identity"},
}

func freeze(rest string) string {
	return "kind: Freeze\nmetadata: {name: x}\nspec: {from: 2026-03-25, until: 2026-04-05, " + rest + "}"
}

func window(rest string) string {
	return "kind: MaintenanceWindow\nmetadata: {name: x, client: acme}\nspec: {timezone: client, start: 2026-01-06T22:00, recurrence: FREQ=DAILY, " + rest + "}"
}

func slaOf(within, clock string) string {
	return "kind: SLAPolicy\nmetadata: {name: x}\nspec: {rules: [{match: {severity: high}, within: " + within + ", anchor: releasedAt, clock: " + clock + "}]}"
}

func patchOf(rest string) string {
	return "kind: Patch\nmetadata: {name: x}\nspec: {releasedAt: 2026-03-01, " + rest + "}"
}

func acceptanceOf(rest string) string {
	return "kind: RiskAcceptance\nmetadata: {name: x, client: acme}\nspec: {reason: a, owner: ops, " + rest + "}"
}

func ruleOf(rest string) string {
	return "kind: ApprovalRule\nmetadata: {name: x}\nspec: {" + rest + "}"
}

// TestWhatIsLooserIsSaid, and taking it back is no loosening, unless the two
// cannot be ordered.
func TestWhatIsLooserIsSaid(t *testing.T) {
	for _, c := range looser {
		t.Run(c.name, func(t *testing.T) {
			before, after := small().and("clients/acme/x.yaml", c.before), small().and("clients/acme/x.yaml", c.after)
			if got := strings.Join(loosened(t, before, after), ", "); got != c.there {
				t.Errorf("it loosens %q, wanted %q", got, c.there)
			}
			if got := strings.Join(loosened(t, after, before), ", "); got != c.back {
				t.Errorf("taken back it loosens %q, wanted %q", got, c.back)
			}
		})
	}
}

// TestEditsOfTheEstateThatLoosen: of agreements, assets and files, in place.
func TestEditsOfTheEstateThatLoosen(t *testing.T) {
	agreement, assets, birch := "clients/acme/agreement.yaml", "clients/acme/assets.yaml", "clients/birch/hosts.csv"
	for _, c := range []struct{ name, file, old, after, there, back string }{
		{"notice", agreement, "lead: P3D", "lead: P2D", "agreement spec.notice.lead shortened", ""},
		{"channels", agreement, "[email]", "[phone]", "agreement spec.notice.channels removed", "agreement spec.notice.channels removed"},
		{"emergency notice", agreement, "PT2H", "PT1H", "agreement spec.emergency.notice shortened", ""},
		{"no emergencies", agreement, "allowed: true", "allowed: false", "", "agreement spec.emergency.allowed allowed"},
		{"blackout earlier over", agreement, "2027-01-02", "2027-01-01", "agreement spec.blackouts shortened", ""},
		{"blackout reworded", agreement, "closing", "year's end", "", ""},
		{"window agreed", agreement, "windowRefs: [nightly, weekly]", "windowRefs: [nightly, weekly, daily]", "window spec.windowRefs[2] opened", ""},
		{"window for emergencies", agreement, "[urgent]", "[urgent, nightly]", "window spec.emergency.windowRefs[1] opened", ""},
		{"occurrence moved", agreement, "to: 2026-03-08T22:00", "to: 2026-03-09T22:00", "window spec.moves[0] moved", "window spec.moves[0] moved"},
		{"cap", agreement, "  acknowledgements: []", "  acknowledgements: []\n  costCapPerMonth: 5", "", "agreement spec.costCapPerMonth raised"},
		{"acknowledged", agreement, "acknowledgements: []", "acknowledgements: [{id: costs}]", "agreement spec.acknowledgements[0] acknowledged", ""},
		{"by hand only", agreement, "acknowledgements: []", "acknowledgements: []\n  manualOnly: {matchLabels: {env: prod}}", "agreement spec.manualOnly narrowed", "agreement spec.manualOnly removed"},
		{"longer in force", agreement, "effective: 2026-01-01", "effective: 2025-01-01", "agreement spec.effective lengthened", ""},
		{"other due dates", agreement, "acknowledgements: []", "acknowledgements: []\n  slaPolicyRef: mild", "sla spec.slaPolicyRef swapped", "sla spec.slaPolicyRef swapped"},
		{"out of the group", assets, "10.0.0.1, haGroup: web", "10.0.0.1", "ha spec.assets[0].haGroup ungrouped", ""},
		{"out of the order", assets, ", dependsOn: [web-01]", "", "ha spec.assets[1].dependsOn removed", ""},
		{"in more windows", assets, ", windowRefs: [nightly]", "", "window spec.assets[2].windowRefs opened", ""},
		{"another address", assets, "10.0.0.2", "10.0.0.9", "", ""},
		{"calendar", "catalog/days.yaml", "2026-12-25", "2026-12-26", "window spec.days removed", "window spec.days removed"},
		{"calendar file", "catalog/x.ics", "BEGIN", "begin", "window changed", "window changed"},
		{"support", "catalog/sap.yaml", "18:00", "20:00", "window spec.hours[0] widened", "window spec.hours[0] widened"},
		{"zone", "clients/acme/client.yaml", "Europe/Berlin", "Europe/Oslo", "window spec.timezone moved", "window spec.timezone moved"},
		{"row", birch, "debian", "ubuntu", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := small()
			after := before.with(t, c.file, c.old, c.after)
			if got := strings.Join(loosened(t, before, after), ", "); got != c.there {
				t.Errorf("it loosens %q, wanted %q", got, c.there)
			}
			if got := strings.Join(loosened(t, after, before), ", "); got != c.back {
				t.Errorf("taken back it loosens %q, wanted %q", got, c.back)
			}
		})
	}
}

// TestOwnRulesThatGo are told by their file; a new one is no loosening.
func TestOwnRulesThatGo(t *testing.T) {
	before, after := small(), small()
	before["policies/plan/ticket/rule.rego"], before["schemas/own.json"] = "package a", "1"
	before["policies/plan/ticket/rule_test.rego"] = "package a_test"
	after["schemas/own.json"] = "2"
	want := []string{"rules removed", "rules changed"}
	if got := loosened(t, before, after); !slices.Equal(got, want) {
		t.Errorf("it loosens %q, wanted %q", got, want)
	}
	if got := loosened(t, after, before); !slices.Equal(got, []string{"rules changed"}) {
		t.Errorf("taken back it loosens %q", got)
	}
}

// TestLooseningKnowsItsPlace: an asset's is the line of its field, also of a row.
func TestLooseningKnowsItsPlace(t *testing.T) {
	before := small().with(t, "clients/birch/hosts.csv", "profile,address\nmail-01,debian,prod,server,apt,10.1.0.1", "profile,address,haGroup\nmail-01,debian,prod,server,apt,10.1.0.1,mail")
	after := small().with(t, "clients/birch/hosts.csv", "profile,address\nmail-01,debian,prod,server,apt,10.1.0.1", "profile,address,haGroup\nmail-01,debian,prod,server,apt,10.1.0.1,other")
	a, b := before.tree(t), after.tree(t)
	found := Loosened(Between(a, b), a.corpus, b.corpus)
	if len(found) != 1 || found[0].At.File != "clients/birch/hosts.csv" || found[0].At.Line != 2 || found[0].Path != "assets[mail-01].haGroup" || found[0].Name != "all" {
		t.Errorf("found %+v", found)
	}
}

// TestNothingIsLooserThanItself, whatever edits it went through: every edit of the
// table, in any combination, compared with itself says nothing; and a loosening is
// said whatever else is changed beside it.
func TestNothingIsLooserThanItself(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r, plus := small(), ""
		for i := range rapid.IntRange(0, 3).Draw(rt, "edits") {
			c := looser[rapid.IntRange(0, len(looser)-1).Draw(rt, "edit")]
			r = r.and("clients/acme/extra"+string(rune('a'+i))+".yaml", strings.Replace(c.before, "name: ", "name: y"+string(rune('a'+i)), 1))
			plus += c.name
		}
		if got := loosened(t, r, r); len(got) > 0 {
			rt.Fatalf("%s: the same loosens %q", plus, got)
		}
		c := looser[rapid.IntRange(0, len(looser)-1).Draw(rt, "case")]
		got := loosened(t, small().and("clients/acme/x.yaml", c.before), r.and("clients/acme/x.yaml", c.after))
		for want := range strings.SplitSeq(c.there, ", ") {
			if c.there != "" && !slices.Contains(got, want) {
				rt.Fatalf("%s beside %s is not said: %q", c.name, plus, got)
			}
		}
	})
}
