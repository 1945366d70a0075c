package spec

import (
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/document"
	"pgregory.net/rapid"
)

const acmeClient = `
apiVersion: patchops.dev/v1alpha1
kind: Client
metadata: {name: acme, client: acme, labels: {region: eu}}
spec: {displayName: Acme, timezone: Europe/Berlin, tier: 1, status: active, businessUnit: retail, complianceScopes: [pci-dss]}
`

func TestSelectorOverAssets(t *testing.T) {
	client := &documents(t, "client.yaml", acmeClient)[0].Root
	asset := value(t, `{name: db-01, os: debian, env: prod, tier: 0, class: server, site: berlin, haGroup: db, owner: engineers,
  applications: [crm, billing], complianceScopes: [hipaa], exposure: public, snapshot: true, labels: {rack: b12, env: lab, empty: ""}}`)
	for selector, want := range map[string]bool{
		`{matchLabels: {os: debian}}`:                                                                  true,
		`{matchLabels: {os: debian, env: prod}}`:                                                       true,
		`{matchLabels: {os: debian, env: test}}`:                                                       false,
		`{matchLabels: {tier: "0"}}`:                                                                   true,
		`{matchLabels: {clientTier: "1"}}`:                                                             true,
		`{matchLabels: {name: db-01}}`:                                                                 true,
		`{matchLabels: {name: DB-01}}`:                                                                 false,
		`{matchLabels: {client: acme}}`:                                                                true,
		`{matchLabels: {businessUnit: retail}}`:                                                        true,
		`{matchLabels: {application: billing}}`:                                                        true,
		`{matchLabels: {applications: billing}}`:                                                       false, // a field's name is no facet
		`{matchLabels: {complianceScope: hipaa}}`:                                                      true,
		`{matchLabels: {complianceScope: pci-dss}}`:                                                    true, // what regulates the client regulates its assets
		`{matchLabels: {complianceScope: iso-27001}}`:                                                  false,
		`{matchLabels: {rack: b12}}`:                                                                   true,
		`{matchLabels: {empty: ""}}`:                                                                   true,
		`{matchLabels: {absent: ""}}`:                                                                  false,
		`{matchLabels: {env: lab}}`:                                                                    false, // the facet hides the label
		`{matchLabels: {region: eu}}`:                                                                  false, // labels of the client are not the asset's
		`{matchLabels: {snapshot: "true"}}`:                                                            false, // no facet
		`{matchExpressions: [{key: os, operator: In, values: [rhel, debian]}]}`:                        true,
		`{matchExpressions: [{key: os, operator: In, values: []}]}`:                                    false,
		`{matchExpressions: [{key: os, operator: NotIn, values: [rhel]}]}`:                             true,
		`{matchExpressions: [{key: application, operator: NotIn, values: [crm]}]}`:                     false,
		`{matchExpressions: [{key: role, operator: NotIn, values: [web]}]}`:                            true, // absent
		`{matchExpressions: [{key: relay, operator: DoesNotExist}]}`:                                   true,
		`{matchExpressions: [{key: haGroup, operator: Exists}, {key: role, operator: Exists}]}`:        false,
		`{matchLabels: {os: debian}, matchExpressions: [{key: rack, operator: NotIn, values: [b12]}]}`: false,
		`{matchExpressions: [{key: os, operator: Like, values: [debian]}]}`:                            false,
		`{}`: false, // W13
		`{matchLabels: {}, matchExpressions: []}`: false,
	} {
		if got := ParseSelector(value(t, selector)).Matches(AssetFacets(asset, client)); got != want {
			t.Errorf("%s: %v", selector, got)
		}
	}
}

func TestSelectorOverClients(t *testing.T) {
	client := &documents(t, "client.yaml", acmeClient)[0].Root
	for selector, want := range map[string]bool{
		`{matchLabels: {name: acme, tier: "1", status: active, businessUnit: retail, complianceScope: pci-dss, region: eu}}`: true,
		`{matchLabels: {tier: "2"}}`: false,
		`{matchExpressions: [{key: status, operator: In, values: [onboarding]}]}`: false,
		`{matchLabels: {timezone: Europe/Berlin}}`:                                false,
	} {
		if got := ParseSelector(value(t, selector)).Matches(ClientFacets(client)); got != want {
			t.Errorf("%s: %v", selector, got)
		}
	}
}

func TestSelectorEmpty(t *testing.T) {
	for selector, want := range map[string]bool{
		`{}`: true, `{matchLabels: {}}`: true, `{matchLabels: {os: debian}}`: false, `{matchExpressions: [{key: os, operator: Exists}]}`: false,
	} {
		if got := ParseSelector(value(t, selector)).Empty(); got != want {
			t.Errorf("%s: %v", selector, got)
		}
	}
	if !ParseSelector(nil).Empty() {
		t.Error("no selector has terms")
	}
}

// The site gives an asset the relay and business unit that it does not name.
func TestFacetsOfSite(t *testing.T) {
	client := &documents(t, "client.yaml", acmeClient)[0].Root
	sites := map[string]*document.Value{"berlin": value(t, `{spec: {relayRef: north, businessUnit: lab}}`)}
	assets := JoinSites([]Asset{
		{Name: "a", Value: value(t, `{name: a, site: berlin}`)},
		{Name: "b", Value: value(t, `{name: b, site: berlin, relay: south}`)},
		{Name: "c", Value: value(t, `{name: c}`)},
	}, sites)
	for i, want := range [][2][]string{{{"north"}, {"lab"}}, {{"south"}, {"lab"}}, {nil, {"retail"}}} {
		f := assets[i].Facets(client)
		if !slices.Equal(f.Values("relay"), want[0]) || !slices.Equal(f.Values("businessUnit"), want[1]) {
			t.Errorf("%s: relay %v, business unit %v", assets[i].Name, f.Values("relay"), f.Values("businessUnit"))
		}
	}
}

// NotIn is the opposite of In and DoesNotExist of Exists, whatever the values;
// one more term never selects more.
func TestSelectorAlgebra(t *testing.T) {
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "b", "0"}), 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		f := FacetsOf(map[string][]string{"k": words.Draw(t, "values"), "l": words.Draw(t, "others")})
		wanted := words.Draw(t, "wanted")
		one := func(key string, o Operator) Selector { return Selector{[]Term{{key, o, wanted}}} }
		if one("k", In).Matches(f) == one("k", NotIn).Matches(f) {
			t.Fatal("In and NotIn agree")
		}
		if one("k", Exists).Matches(f) == one("k", DoesNotExist).Matches(f) {
			t.Fatal("Exists and DoesNotExist agree")
		}
		both := Selector{append(one("k", In).Terms, one("l", NotIn).Terms...)}
		if both.Matches(f) != (one("k", In).Matches(f) && one("l", NotIn).Matches(f)) {
			t.Fatal("terms are not ANDed")
		}
	})
}
