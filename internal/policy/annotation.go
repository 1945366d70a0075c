package policy

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
)

var (
	gates      = []string{"document", "rollout", "change", "start", "close"}
	severities = []string{"error", "warning", "note"}
	customKeys = []string{"severity", "gate", "controls", "parameters"}
	topKeys    = []string{"title", "description", "scope", "schemas", "custom", "related_resources", "authors"}
)

// A header reads the metadata of one rule, with every problem in it.
type header struct {
	m     *parsed
	set   *shape.Set
	rule  Rule
	found []finding.Finding
}

// readRule fills m.rule from the module's metadata.
func readRule(m *parsed, set *shape.Set) []finding.Finding {
	h := header{m: m, set: set, rule: Rule{
		ID: m.id(), Builtin: m.Builtin, Position: position(m.tree.Package.Location, m.File),
	}}
	if a := h.annotation(); a != nil {
		h.keys()
		h.texts(a)
		h.custom(a.Custom)
		h.input(a.Schemas)
		h.rule.Parameters = h.parameters(a.Custom["parameters"])
	}
	m.rule = &h.rule
	return h.found
}

func (h *header) report(key, message, hint string) {
	h.found = append(h.found, problem("policy/annotation", h.at(key), message, hint))
}

// at is the place of a key in the metadata comment, else the package clause.
func (h *header) at(key string) finding.Position {
	for i, line := range bytes.Split(h.m.Source, []byte("\n")) {
		if text, ok := bytes.CutPrefix(line, []byte("#")); ok && key != "" {
			bare := bytes.TrimLeft(text, " -")
			if bytes.HasPrefix(bare, []byte(key+":")) {
				return finding.Position{File: h.m.File, Line: i + 1, Column: len(line) - len(bare) + 1}
			}
		}
		if bytes.HasPrefix(line, []byte("package ")) {
			break
		}
	}
	return h.rule.Position
}

// annotation returns the one block of the package; no other block may say what
// a rule reads.
func (h *header) annotation() *ast.Annotations {
	var own *ast.Annotations
	for _, a := range h.m.tree.Annotations {
		switch {
		case a.Scope == "package" && own == nil:
			own = a
		case len(a.Schemas) > 0 || len(a.Custom) > 0 || a.Scope == "package" || a.Scope == "subpackages":
			h.found = append(h.found, problem("policy/annotation", position(a.Location, h.m.File),
				fmt.Sprintf("metadata of scope %q beside the package's, want one block", a.Scope), "say it in the block above the package clause"))
		}
	}
	if own == nil {
		h.report("", "a rule without metadata, want a block with scope \"package\" above the package clause",
			"write title, severity, gate and schemas into a METADATA comment")
	}
	return own
}

// keys refuses a misspelt key of the block, which OPA reads past.
func (h *header) keys() {
	for line := range strings.SplitSeq(string(h.m.Source), "\n") {
		if strings.HasPrefix(line, "package ") {
			return
		}
		text, ok := strings.CutPrefix(line, "# ")
		key, _, isKey := strings.Cut(text, ":")
		if !ok || !isKey || key == "" || strings.ContainsAny(key, " -") || slices.Contains(topKeys, key) {
			continue
		}
		h.report(key, fmt.Sprintf("unknown key %q in the metadata", key), nearestHint(key, topKeys))
	}
}

func (h *header) texts(a *ast.Annotations) {
	h.rule.Title, h.rule.Description = a.Title, strings.TrimSpace(a.Description)
	if a.Title == "" {
		h.report("title", "a rule without a title", "say in a few words what the rule wants")
	}
	if a.Description == "" && h.m.Builtin {
		h.report("description", "a built-in rule without a description", "say what the rule wants and why")
	}
}

func (h *header) custom(custom map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(custom)) {
		if !slices.Contains(customKeys, key) {
			h.report(key, fmt.Sprintf("unknown key %q below custom", key), nearestHint(key, customKeys))
		}
	}
	h.rule.Severity = finding.Severity(h.oneOf(custom, "severity", severities))
	h.rule.Gate = h.oneOf(custom, "gate", gates)
	controls, ok := stringList(custom["controls"])
	switch {
	case !ok && custom["controls"] != nil:
		h.report("controls", "controls are no list of strings", `write controls: ["PCI DSS 4.0.1 6.3.3"]`)
	case len(controls) == 0 && h.m.Builtin:
		h.report("controls", "a built-in rule without controls", "name the requirement that the rule serves")
	}
	h.rule.Controls = controls
}

func (h *header) oneOf(custom map[string]any, key string, want []string) string {
	text, _ := custom[key].(string)
	if slices.Contains(want, text) {
		return text
	}
	message := fmt.Sprintf("%s %q, want one of %s", key, fmt.Sprint(custom[key]), strings.Join(want, ", "))
	if custom[key] == nil {
		message = fmt.Sprintf("no %s below custom, want one of %s", key, strings.Join(want, ", "))
	}
	h.report(key, message, nearestHint(text, want))
	return ""
}

// input reads the schemas annotation: what the rule judges, and by which types.
func (h *header) input(schemas []*ast.SchemaAnnotation) {
	name := ""
	for _, s := range schemas {
		switch {
		case !s.Path.Equal(ast.InputRootRef):
			h.report("schemas", fmt.Sprintf("a schema for %s, want only one for input: data is typed already", s.Path), "delete the entry")
		case len(s.Schema) != 2 || name != "":
			h.report("schemas", "input wants exactly one schema", "write - input: schema.<kind or gate>")
		default:
			name = strings.Trim(s.Schema[1].Value.String(), `"`)
		}
	}
	want, what := slices.Sorted(maps.Keys(h.set.Kinds)), "kind"
	if h.rule.Gate != GateDocument {
		want, what = []string{h.rule.Gate}, "gate"
	}
	switch {
	case h.rule.Gate == "":
	case name == "":
		h.report("schemas", "no schemas entry for input: the rule would judge nothing", "write - input: schema.<"+what+">")
	case !slices.Contains(want, name):
		h.report("input", fmt.Sprintf("unknown %s %q", what, name), nearestHint(name, want))
	}
	if h.rule.Gate == GateDocument {
		h.rule.Kind = name
	}
}

func stringList(v any) ([]string, bool) {
	items, ok := v.([]any)
	var texts []string
	for _, item := range items {
		s, isString := item.(string)
		ok = ok && isString && s != ""
		texts = append(texts, s)
	}
	return texts, ok
}

func nearestHint(name string, candidates []string) string {
	if near := finding.Nearest(name, candidates); near != "" {
		return fmt.Sprintf("write %q", near)
	}
	return ""
}
