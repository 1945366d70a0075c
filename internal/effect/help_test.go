package effect

import (
	"crypto/sha256"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/corpus/corpustest"
)

// repo is the files of a repository.
type repo map[string]string

const header = "apiVersion: patchops.dev/v1alpha1\n"

// small is a repository of two clients: acme with web-01, web-02 and db-01 and
// birch with mail-01 in a CSV file; a plan of acme and one over both.
func small() repo {
	r := repo{
		"README.md":     "hello\n",
		"catalog/x.ics": "BEGIN:VCALENDAR\n",
		"clients/birch/hosts.csv": "name,os,env,class,profile,address\n" +
			"mail-01,debian,prod,server,apt,10.1.0.1\n",
		"site.yml": "- hosts: all\n",
	}
	r.add("clients/acme/client.yaml", `kind: Client
metadata: {name: acme, client: acme}
spec: {displayName: ACME, timezone: Europe/Berlin, status: active, holidayCalendars: [de]}`)
	r.add("clients/acme/assets.yaml", `kind: AssetList
metadata: {name: all, client: acme}
spec:
  defaults: {os: debian, env: prod, class: server, profile: apt}
  assets:
  - {name: web-01, address: 10.0.0.1, haGroup: web}
  - {name: web-02, address: 10.0.0.2, haGroup: web, dependsOn: [web-01]}
  - {name: db-01, address: 10.0.0.3, os: rhel, applications: [sap], windowRefs: [nightly]}`)
	r.add("clients/acme/ha.yaml", "kind: HAGroup\nmetadata: {name: web, client: acme}\nspec: {maxUnavailable: 1}")
	r.add("clients/acme/agreement.yaml", `kind: ClientAgreement
metadata: {name: "2026", client: acme}
spec:
  effective: 2026-01-01
  windowRefs: [nightly, weekly]
  moves: [{windowRef: weekly, from: 2026-03-07T22:00, to: 2026-03-08T22:00, contactRef: ops, at: 2026-01-02}]
  notice: {lead: P3D, channels: [email], contactRefs: [ops]}
  blackouts: [{from: 2026-12-20, until: 2027-01-02, reason: closing}]
  rates: {currency: EUR, regularPerHour: 9000}
  emergency: {allowed: true, notice: PT2H, contactRefs: [ops], windowRefs: [urgent]}
  acknowledgements: []`)
	r.add("clients/acme/windows.yaml", `kind: MaintenanceWindow
metadata: {name: nightly, client: acme}
spec: {timezone: client, start: 2026-01-06T22:00, recurrence: FREQ=DAILY, duration: PT4H}
---
`+header+`kind: MaintenanceWindow
metadata: {name: weekly, client: acme}
spec: {timezone: Europe/Berlin, start: 2026-01-03T22:00, recurrence: FREQ=WEEKLY, duration: PT6H, onHoliday: skip}
---
`+header+`kind: MaintenanceWindow
metadata: {name: no-noon, client: acme}
spec: {timezone: client, start: 2026-01-06T12:00, recurrence: FREQ=DAILY, duration: PT1H, type: deny, selector: {matchLabels: {os: debian}}}`)
	r.addShared()
	return r
}

func (r repo) addShared() {
	r.add("clients/birch/all.yaml", `kind: Client
metadata: {name: birch, client: birch}
spec: {displayName: Birch, timezone: Europe/Oslo, status: active, tier: 1}
---
`+header+`kind: ClientAgreement
metadata: {name: a, client: birch}
spec: {effective: 2026-01-01, windowRefs: [urgent], notice: {lead: P1D, channels: [email], contactRefs: [ops]}, rates: {currency: EUR, regularPerHour: 1}, emergency: {allowed: false, notice: PT2H, contactRefs: [ops]}, acknowledgements: []}
---
`+header+`kind: AssetList
metadata: {name: all, client: birch}
spec: {file: clients/birch/hosts.csv}`)
	r.add("catalog/windows.yaml", "kind: MaintenanceWindow\nmetadata: {name: urgent}\nspec: {timezone: client, start: 2026-01-06T02:00, recurrence: FREQ=DAILY, duration: PT2H}")
	r.add("catalog/days.yaml", "kind: HolidayCalendar\nmetadata: {name: de}\nspec: {days: [{date: 2026-12-25, name: Christmas}]}")
	r.add("catalog/sap.yaml", "kind: VendorSupport\nmetadata: {name: sap}\nspec: {applications: [sap], timezone: Europe/Berlin, hours: [{days: [MO], from: \"08:00\", to: \"18:00\"}]}")
	r.add("rules/freeze.yaml", "kind: Freeze\nmetadata: {name: q1}\nspec: {from: 2026-03-25, until: 2026-04-05, reason: audit, onRunning: finish, selector: {matchLabels: {env: prod}}}")
	r.add("rules/profile.yaml", `kind: ExecutorProfile
metadata: {name: apt}
spec:
  type: ansible
  ansible: {playbook: site.yml}
  steps: {precheck: {run: [systemctl, is-active, nginx], timeout: PT1M}}
  idempotency: converge
  estimate: {install: PT10M, reboot: PT5M, postcheck: PT5M, recoveryReserve: PT10M}`)
	r.add("catalog/patches.yaml", `kind: Patch
metadata: {name: openssl}
spec: {vendor: Debian, product: openssl, releasedAt: 2026-03-01, severity: high, packages: [{name: libssl3, version: "3.0.15"}], restart: service}
---
`+header+`kind: Patch
metadata: {name: kernel}
spec: {vendor: Red Hat, product: kernel, releasedAt: 2026-03-01, severity: low, appliesTo: {matchLabels: {os: rhel}}, packages: [{name: kernel, version: "5.14"}], restart: system}
---
`+header+`kind: Bundle
metadata: {name: march}
spec: {cycle: "2026-03", patches: [kernel, openssl]}`)
	r.add("plans/acme/march.yaml", `kind: PatchPlan
metadata: {name: march, client: acme}
spec:
  changeType: normal
  bundles: [march]
  targets: {selector: {matchLabels: {env: prod}}}
  deadline: 2026-04-30
  waves: [{name: canary, percent: 10}, {name: rest, percent: 100}]
  reboot: ifRequired
  rollback: {auto: true}
  impact: short`)
	r.add("plans/openssl.yaml", `kind: PatchPlan
metadata: {name: openssl}
spec:
  changeType: standard
  patches: [openssl, {package: curl, version: "8.1", severity: low}]
  targets: {clients: [acme, birch]}
  deadline: 2026-05-31T00:00:00Z
  waves: [{name: all, percent: 100}]
  reboot: never
  rollback: {auto: false}`)
	r.add("rules/people.yaml", "kind: Person\nmetadata: {name: dana}\nspec: {displayName: Dana, active: true}\n---\n"+header+
		"kind: ApprovalRule\nmetadata: {name: two}\nspec: {match: {kinds: [PatchPlan]}, require: {group: ops, count: 2}}")
}

// add writes a file of documents, with the header of the first.
func (r repo) add(file, src string) { r[file] = header + src + "\n" }

// with is a copy in which a file says new instead of old.
func (r repo) with(t testing.TB, file, old, after string) repo {
	t.Helper()
	if !strings.Contains(r[file], old) {
		t.Fatalf("%s does not hold %q", file, old)
	}
	out := maps.Clone(r)
	out[file] = strings.Replace(out[file], old, after, 1)
	return out
}

// and is a copy with one more file, or without it where src is "".
func (r repo) and(file, src string) repo {
	out := maps.Clone(r)
	delete(out, file)
	if src != "" {
		out.add(file, src)
	}
	return out
}

var morning = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

func (r repo) tree(t testing.TB) *Tree { return r.treeAt(t, morning) }

// treeAt reads the files as the pipeline does, without judging them. Only a file whose
// name says so may be broken; one that "excluded" names is there, and is no document.
func (r repo) treeAt(t testing.TB, asOf time.Time) *Tree {
	t.Helper()
	whole, broken := corpustest.Tree{}, false
	var files []File
	for name, text := range r {
		src := []byte(text)
		files = append(files, File{Path: name, Mode: "100644", Sum: func() Digest { return sha256.Sum256(src) }})
		if name != r["excluded"] {
			whole[name] = src
		}
		broken = broken || strings.Contains(name, "broken")
	}
	if broken {
		return Read(whole.Readable(asOf, corpustest.Parsed{}), files)
	}
	return Read(whole.Corpus(t, asOf), files)
}

// between is the effect of one change.
func between(t testing.TB, before, after repo) *Effect {
	t.Helper()
	return Between(before.tree(t), after.tree(t))
}

// summary is what differs, shortly: "-file README.md", "~Freeze/_/q1",
// "+acme/march web-01".
func summary(e *Effect) []string {
	var out []string
	sign := func(before, after bool, s string) {
		mark := "~"
		switch {
		case !before:
			mark = "+"
		case !after:
			mark = "-"
		}
		out = append(out, mark+s)
	}
	for _, f := range e.Files {
		sign(f.Before != FileState{}, f.After != FileState{}, "file "+f.Path)
	}
	for _, d := range e.Documents {
		sign(d.Before != DocumentState{}, d.After != DocumentState{}, d.String())
	}
	for _, g := range e.Grants {
		sign(g.Before != nil, g.After != nil, g.Client+"/"+g.Plan.Name+" "+g.Asset)
	}
	return out
}
