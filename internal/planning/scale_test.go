package planning

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/rollout"
)

// estate is many clients like the small example's, each with as many assets in a
// bulk file and two plans on every asset, one of them for all clients.
func estate(t testing.TB, clients, assets int) tree {
	t.Helper()
	small := example(t, "minimal")
	out := tree{}
	for name, src := range small {
		if !strings.Contains(name, "acme") {
			out[name] = src
		}
	}
	for i := range clients {
		client := fmt.Sprintf("c%03d", i)
		for name, src := range small {
			if strings.Contains(name, "acme") && !strings.HasSuffix(name, "assets.yaml") && !strings.HasSuffix(name, "ha.yaml") {
				out[strings.ReplaceAll(name, "acme", client)] = []byte(strings.ReplaceAll(string(src), "acme", client))
			}
		}
		out["clients/"+client+"/assets.yaml"] = []byte("apiVersion: patchops.dev/v1alpha1\nkind: AssetList\nmetadata: {name: all, client: " + client + "}\n" +
			"spec:\n  defaults: {class: server, os: debian, osVersion: \"12\", env: prod, tier: 2, profile: debian-apt, owner: engineers}\n  file: clients/" + client + "/all.csv\n")
		var rows strings.Builder
		rows.WriteString("name,role,dependsOn,packages.openssl,packages.libssl3,labels.rack\n")
		for j := range assets {
			on := ""
			if j%5 == 4 {
				on = fmt.Sprintf("h%03d", j-1)
			}
			fmt.Fprintf(&rows, "h%03d,%s,%s,3.0.1%d-1~deb12u1,3.0.11-1~deb12u2,r%d\n", j, []string{"web", "app", "db"}[j%3], on, j%6, j)
		}
		out["clients/"+client+"/all.csv"] = []byte(rows.String())
	}
	out["plans/nginx.yaml"] = []byte(`apiVersion: patchops.dev/v1alpha1
kind: PatchPlan
metadata: {name: nginx}
spec:
  changeType: normal
  patches: [nginx-1-24-1, {package: curl, version: 8.9.1-1, severity: low}, {package: openssl, version: 3.0.16-1, severity: low}]
  targets: {clientSelector: {matchLabels: {status: active}}, selector: {matchExpressions: [{key: env, operator: In, values: [prod, dr]}]}}
  deadline: "2026-04-01"
  waves: [{name: web, selector: {matchLabels: {role: web}}, maxFailures: 0}, {name: rest, percent: 100, maxFailures: 1}]
  reboot: never
  rollback: {auto: false}
`)
	return out
}

// TestManyClients: every asset is in both plans, whoever else there is.
func TestManyClients(t *testing.T) {
	r := build(t, estate(t, 20, 30))
	if len(r.Input.Clients) != 20 {
		t.Fatalf("%d clients, wanted 20", len(r.Input.Clients))
	}
	for i := range r.Input.Clients {
		c := &r.Input.Clients[i]
		for _, p := range c.Plans {
			if targets := len(p.Work) + len(p.Excluded); targets != 30 {
				t.Errorf("plan %s has %d targets at client %s, wanted 30", p.Name, targets, c.Name)
			}
		}
		if len(c.Plans) != 2 {
			t.Errorf("client %s has %d plans, wanted 2", c.Name, len(c.Plans))
		}
	}
}

// TestSideBySide: clients that are built side by side come out as those that are built one
// after the other; under the race detector it shows what they share, too.
func TestSideBySide(t *testing.T) {
	files := estate(t, 20, 30)
	together := build(t, files)
	alone := learn(t, files, nil, func(o *Options) { o.Each = func(*rollout.Client) {} })
	if !reflect.DeepEqual(together.Input, alone.Input) {
		t.Error("the input differs")
	}
	if !reflect.DeepEqual(together.Findings, alone.Findings) || !reflect.DeepEqual(together.Read, alone.Read) || together.Until != alone.Until {
		t.Error("what is said, read or holds until then differs")
	}
}

func BenchmarkBuild(b *testing.B) {
	c := estate(b, 500, 200).corpus(b)
	for _, e := range c.Entries() {
		e.Document()
		if e.ID.Kind == "Client" {
			c.View(e.ID.Name).Assets(e.ID.Name)
		}
	}
	for b.Loop() {
		r, err := Build(c, Options{AsOf: asOf})
		if err != nil || len(r.Input.Clients) != 500 {
			b.Fatal(err)
		}
	}
}
