package spec

import (
	"strings"
	"testing"
)

func TestMembership(t *testing.T) {
	list := documents(t, "assets.yaml", `apiVersion: patchops.dev/v1alpha1
kind: AssetList
metadata: {name: berlin, client: acme}
spec:
  assets:
  - {name: listed}
  - {name: names-open, haGroup: open}
  - {name: agree, haGroup: web}
  - {name: other, haGroup: open}
  - {name: unlisted, haGroup: web}
  - {name: twice}
  - {name: alone}
  - {name: ghost, haGroup: nowhere}
`)[0]
	groups := documents(t, "ha.yaml", `apiVersion: patchops.dev/v1alpha1
kind: HAGroup
metadata: {name: web, client: acme}
spec: {members: [listed, agree, other, twice]}
---
apiVersion: patchops.dev/v1alpha1
kind: HAGroup
metadata: {name: open, client: acme}
spec: {maxUnavailable: 1}
---
apiVersion: patchops.dev/v1alpha1
kind: HAGroup
metadata: {name: db, client: acme}
spec: {members: [twice]}
`)
	assets := Assets(list, nil)
	var got []string
	for _, f := range CheckMembership(assets, groups) {
		if f.ID != "ha/membership" || f.Line == 0 || len(f.Related) != 1 || f.Related[0].Line == 0 {
			t.Errorf("%+v", f)
		}
		got = append(got, f.Message)
	}
	want := []string{
		`asset "other" names group "open", but group "web" lists it`,
		`asset "unlisted" names group "web", whose members do not list it`,
		`asset "twice" is a member of group "web" and of "db", wanted one group`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("found\n%s", strings.Join(got, "\n"))
	}

	joined := JoinGroups(assets, groups)
	for i, want := range []string{"web", "open", "web", "open", "web", "web", "", "nowhere"} {
		if got := joined[i].Value.Get("haGroup").Text(); got != want {
			t.Errorf("%s is in group %q, want %q", joined[i].Name, got, want)
		}
	}
	if assets[0].Value.Get("haGroup") != nil {
		t.Error("the declared assets were changed")
	}
}
