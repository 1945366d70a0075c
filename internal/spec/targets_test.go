package spec

import (
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/document"
)

const threeClients = `apiVersion: patchops.dev/v1alpha1
kind: Client
metadata: {name: acme, client: acme}
spec: {tier: 1, status: active}
---
apiVersion: patchops.dev/v1alpha1
kind: Client
metadata: {name: zeta, client: zeta}
spec: {tier: 1, status: onboarding}
---
apiVersion: patchops.dev/v1alpha1
kind: Client
metadata: {name: gone, client: gone}
spec: {tier: 1, status: ended}
`

func TestTargets(t *testing.T) {
	var clients []*document.Value
	for _, doc := range documents(t, "clients.yaml", threeClients) {
		clients = append(clients, &doc.Root)
	}
	assetsOf := func(client string) []Asset {
		var out []Asset
		for _, src := range []string{`{name: web-02, os: debian}`, `{name: web-01, os: debian}`, `{name: db-01, os: rhel}`} {
			v := value(t, src)
			out = append(out, Asset{Client: client, Name: v.Get("name").Text(), Value: v})
		}
		return out
	}
	for _, c := range []struct{ client, targets, want string }{
		{"acme", `{}`, "acme/db-01 acme/web-01 acme/web-02"},
		{"acme", `{selector: {matchLabels: {os: debian}}}`, "acme/web-01 acme/web-02"},
		{"acme", `{selector: {matchLabels: {os: debian}}, assets: [web-01, db-01]}`, "acme/web-01"},
		{"acme", `{selector: {matchLabels: {os: debian}}, exclude: {matchLabels: {name: web-01}}}`, "acme/web-02"},
		{"acme", `{assets: [db-01]}`, "acme/db-01"},
		{"acme", `{assets: [zeta/db-01]}`, ""},
		{"acme", `{assets: []}`, ""},
		{"acme", `{selector: {}}`, ""}, // W13: never everything
		{"acme", `{clients: [zeta]}`, ""},
		{"gone", `{}`, ""},
		{"nobody", `{}`, ""},
		{"", `{}`, ""},
		{"", `{clients: [acme, zeta, gone], selector: {matchLabels: {os: rhel}}}`, "acme/db-01 zeta/db-01"},
		{"", `{clientSelector: {matchLabels: {tier: "1"}}, selector: {matchLabels: {os: rhel}}}`, "acme/db-01 zeta/db-01"},
		{"", `{clientSelector: {matchLabels: {status: active}}, assets: [acme/db-01, zeta/db-01]}`, "acme/db-01"},
		{"", `{clientSelector: {}}`, ""},
		{"", `{clients: [acme], assets: [db-01]}`, ""},
		{"", `{clientSelector: {matchLabels: {status: ended}}}`, ""},
	} {
		var got []string
		plan := value(t, `{spec: {targets: `+c.targets+`}}`)
		targets := Targets(plan, c.client, clients, assetsOf)
		for _, target := range targets {
			got = append(got, target.Client+"/"+target.Asset)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q %s: %v, want %s", c.client, c.targets, got, c.want)
		}
		if list := TargetList(targets); len(list.Elements()) != len(targets) {
			t.Errorf("%q %s: the list has %d", c.client, c.targets, len(list.Elements()))
		}
	}
}
