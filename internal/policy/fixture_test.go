package policy

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
)

// shapes is a small estate: enough kinds to read from one to another.
func shapes() *shape.Set {
	severity := enum("critical", "high", "none")
	wave := closed(map[string]*shape.Node{
		"name": anyString, "percent": between(1, 100), "soak": anyString, "gates": listOf(closed(map[string]*shape.Node{"type": enum("approval", "probe"), "count": between(1, 9)})),
	})
	wave.Map.Choices = []shape.Choice{{Branches: [][]shape.Field{
		{{Name: "elapsed", Node: anyString}, {Name: "mode", Node: enum("fast")}},
		{{Name: "clock", Node: anyString}, {Name: "mode", Node: enum("slow")}},
	}}}
	require := closed(map[string]*shape.Node{"group": anyString})
	require.Map.Fields = append(require.Map.Fields, shape.Field{Name: "all", Node: listOf(require)})
	require.Name = "#Require"
	inline := closed(map[string]*shape.Node{"package": anyString, "severity": severity})
	asset := closed(map[string]*shape.Node{"name": anyString, "tier": enum("0", "1"), "labels": anyKey(anyString)})
	return &shape.Set{
		Kinds: map[string]*shape.Node{
			"PatchPlan": kind("PatchPlan", map[string]*shape.Node{
				"waves": listOf(wave), "reboot": enum("never", "always"), "require": require, "deadline": anyString,
				"patches": listOf(&shape.Node{String: &shape.StringType{}, Map: inline.Map, Alternatives: []*shape.Node{anyString, inline}}),
				"auto":    anyBool, "extra": {Any: true}, "selector": closed(map[string]*shape.Node{"matchLabels": anyKey(anyString)}),
			}),
			"Client": kind("Client", map[string]*shape.Node{"status": enum("active", "ended"), "timezone": anyString}),
			"Patch":  kind("Patch", map[string]*shape.Node{"severity": severity, "vendor": anyString}),
		},
		Gates: map[string]*shape.Node{"rollout": closed(map[string]*shape.Node{
			"placements": listOf(closed(map[string]*shape.Node{"asset": anyString, "cost": between(0, 1000)})),
		})},
		Definitions: map[string]*shape.Node{"#Asset": asset},
	}
}

func enum(values ...string) *shape.Node {
	return &shape.Node{String: &shape.StringType{Enum: values}}
}

func listOf(n *shape.Node) *shape.Node {
	return &shape.Node{List: &shape.ListType{Element: n}}
}

func between(low, high int64) *shape.Node {
	return &shape.Node{Int: &shape.IntType{Min: &low, Max: &high}}
}

func kind(name string, spec map[string]*shape.Node) *shape.Node {
	return closed(map[string]*shape.Node{
		"apiVersion": anyString, "kind": enum(name), "spec": closed(spec),
		"metadata": closed(map[string]*shape.Node{"name": anyString, "client": anyString}),
	})
}

// header is the metadata of rule demo/<name> about a kind.
func metadata(name, kind string) string {
	return `# METADATA
# title: Demo
# description: What it wants
# scope: package
# schemas:
#   - input: schema.` + kind + `
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.3.3"]
package patchops.demo.` + strings.ReplaceAll(name, "-", "_") + "\n\n"
}

// withParameters adds parameters to a rule's metadata.
func withParameters(src, list string) string {
	return strings.Replace(src, "\npackage ", "\n#   parameters:\n"+list+"package ", 1)
}

func ruleModule(name, body string) Module {
	return Module{File: "policies/demo/" + name + "/rule.rego", Source: []byte(metadata(name, "PatchPlan") + body), Builtin: true}
}

func testModule(name, body string) Module {
	return Module{
		File: "policies/demo/" + name + "/rule_test.rego", Builtin: true,
		Source: []byte("package patchops.demo." + strings.ReplaceAll(name, "-", "_") + "_test\n\n" + body),
	}
}

func libModule(name, body string) Module {
	return Module{File: "policies/lib/" + name + "/" + name + ".rego", Builtin: true, Source: []byte("package patchops.lib." + name + "\n\n" + body)}
}

func own(m Module) Module { m.Builtin = false; return m }

// deny is a rule with that body.
func deny(body string) string {
	return `deny contains {"path": ["spec"], "message": "no"} if {` + "\n\t" + strings.ReplaceAll(body, "\n", "\n\t") + "\n}\n"
}

var functions = Functions{
	Seconds: func(s string) (int64, error) {
		d, err := time.ParseDuration(strings.ToLower(strings.TrimPrefix(s, "PT")))
		return int64(d / time.Second), err
	},
	Instant: func(text, _, bound string) (int64, error) {
		t, err := time.Parse(time.DateOnly, text)
		if bound == "until" {
			t = t.AddDate(0, 0, 1)
		}
		return t.UnixNano(), err
	},
	Matches: func(selector, asset *document.Value) bool {
		for _, k := range selector.Get("matchLabels").Keys {
			if asset.Get("labels").Get(k.Name).Text() != selector.Get("matchLabels").Get(k.Name).Text() {
				return false
			}
		}
		return true
	},
}

func compiled(t testing.TB, modules ...Module) *Engine {
	t.Helper()
	e, found := Compile(shapes(), modules, functions)
	if len(found) > 0 {
		t.Fatalf("findings of good rules: %s", lines(found))
	}
	return e
}

// lines shows findings as line:column id message | hint.
func lines(found []finding.Finding) string {
	var b strings.Builder
	for _, f := range found {
		b.WriteString("\n" + f.File + ":" + itoa(f.Line) + ":" + itoa(f.Column) + " " + f.ID + " " + f.Message + " | " + f.Hint)
	}
	return b.String()
}

func itoa(n int) string { return integerTerm(int64(n)).String() }

// plan parses a YAML document.
func plan(t testing.TB, spec string) *document.Document {
	t.Helper()
	docs, found := document.ParseYAML("plans/acme/p.yaml", []byte("apiVersion: patchops.dev/v1alpha1\nkind: PatchPlan\nmetadata:\n  name: p\n  client: acme\nspec:\n  "+strings.ReplaceAll(spec, "\n", "\n  ")+"\n"))
	if len(found) > 0 || len(docs) != 1 {
		t.Fatalf("%d documents, findings %s", len(docs), lines(found))
	}
	return &docs[0]
}

// world is Data that remembers what was asked for.
type world struct {
	documents map[string]map[string]map[string]*document.Value
	assets    map[string]map[string]*document.Value
	config    *document.Value
	asked     []string
}

func (w *world) ask(parts ...string) { w.asked = append(w.asked, strings.Join(parts, "/")) }

func (w *world) AsOf() string { w.ask("asOf"); return "2026-03-12T09:00:00Z" }

func (w *world) Document(kind, client, name string) *document.Value {
	w.ask("document", kind, client, name)
	return w.documents[kind][client][name]
}

func (w *world) Names(kind, client string) []string {
	w.ask("names", kind, client)
	return slices.Sorted(maps.Keys(w.documents[kind][client]))
}

func (w *world) Clients(kind string) []string {
	w.ask("clients", kind)
	return slices.Sorted(maps.Keys(w.documents[kind]))
}

func (w *world) Asset(client, name string) *document.Value {
	w.ask("asset", client, name)
	return w.assets[client][name]
}

func (w *world) AssetNames(client string) []string {
	w.ask("assets", client)
	return slices.Sorted(maps.Keys(w.assets[client]))
}

func (w *world) Members(client, group string) *document.Value {
	w.ask("members", client, group)
	if client != "acme" || group != "pair" {
		return nil
	}
	return yaml("[db-01, web-01]")
}

func (w *world) MemberGroups(client string) []string {
	w.ask("memberGroups", client)
	return []string{"pair"}
}

func (w *world) Listed(string, string) *document.Value { return nil }

func (w *world) Targets(client, plan string) *document.Value {
	w.ask("targets", client, plan)
	if plan != "p" {
		return nil
	}
	return yaml("[{client: acme, asset: web-01}, {client: acme, asset: db-01}]")
}

func (w *world) Parameters(rule string) (config, client *document.Value) {
	w.ask("parameters", rule)
	return w.config.Get(rule), nil
}

// yaml is a value in flow style.
func yaml(text string) *document.Value {
	docs, found := document.ParseYAML("v.yaml", []byte("apiVersion: patchops.dev/v1alpha1\nv: "+text+"\n"))
	if len(docs) != 1 {
		panic(errors.New(lines(found)))
	}
	return docs[0].Root.Get("v")
}

func small() *world {
	return &world{
		documents: map[string]map[string]map[string]*document.Value{
			"Client": {"acme": {"acme": yaml("{spec: {status: active, timezone: Europe/Berlin}}")}, "bolt": {"bolt": yaml("{spec: {status: ended}}")}},
			"Patch":  {"_": {"openssl": yaml("{spec: {severity: critical}}")}},
		},
		assets: map[string]map[string]*document.Value{"acme": {
			"web-01": yaml(`{name: web-01, tier: "1", labels: {team: linux}}`), "db-01": yaml(`{name: db-01, tier: "0"}`),
		}},
	}
}
