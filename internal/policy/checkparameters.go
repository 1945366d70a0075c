package policy

import (
	"fmt"
	"maps"
	"slices"

	"github.com/patchops/patchops/internal/document"
)

// Problem is what is wrong in a map of parameters, at a path inside that map.
type Problem struct {
	Path          document.Path
	Message, Hint string
}

// CheckParameters judges what Config.spec.policy.parameters says: rule ids,
// names and types of values.
func (e *Engine) CheckParameters(config *document.Value) []Problem {
	return e.checkParameters(config, func(Parameter, string, *document.Value) (string, string) { return "", "" })
}

// CheckClientParameters judges what Client.spec.policy.parameters says: like
// CheckParameters, and that no value is looser than what Config, or else the
// rule's default, says.
func (e *Engine) CheckClientParameters(config, client *document.Value) []Problem {
	return e.checkParameters(client, func(p Parameter, rule string, v *document.Value) (string, string) {
		base := e.functions.effective(p, config.Get(rule), nil)
		if !e.functions.looser(p, base, v) {
			return "", ""
		}
		if p.Tighter == "" {
			return fmt.Sprintf("%s of %s is %s for everybody, a client cannot change it", p.Name, rule, plainText(base)), "delete it here"
		}
		return fmt.Sprintf("%s is looser than %s, which holds for everybody: a client may only go %s", plainText(v), plainText(base), p.Tighter), ""
	})
}

func (e *Engine) checkParameters(v *document.Value, more func(p Parameter, rule string, v *document.Value) (message, hint string)) []Problem {
	if v == nil || v.Kind != document.Map {
		return nil
	}
	var found []Problem
	for i, k := range v.Keys {
		path := document.Path{{Key: k.Name}}
		rule := e.rule(k.Name)
		if rule == nil {
			found = append(found, Problem{path, fmt.Sprintf("unknown rule %q", k.Name), nearestHint(k.Name, e.ids())})
			continue
		}
		for j, name := range v.Items[i].Keys {
			message, hint := e.checkParameter(rule, name.Name, &v.Items[i].Items[j], more)
			if message != "" {
				found = append(found, Problem{path.With(document.Segment{Key: name.Name}), message, hint})
			}
		}
	}
	return found
}

func (e *Engine) checkParameter(rule *Rule, name string, v *document.Value, more func(Parameter, string, *document.Value) (string, string)) (message, hint string) {
	i := slices.IndexFunc(rule.Parameters, func(p Parameter) bool { return p.Name == name })
	if i < 0 {
		var names []string
		for _, p := range rule.Parameters {
			names = append(names, p.Name)
		}
		return fmt.Sprintf("rule %s has no parameter %q", rule.ID, name), nearestHint(name, names)
	}
	p := rule.Parameters[i]
	if wrongType(p, v) {
		return fmt.Sprintf("%s of %s is %s, want %s", name, rule.ID, plainText(v), p.Type), ""
	}
	if p.Type == "duration" {
		if _, err := e.functions.Seconds(v.Str); err != nil {
			return fmt.Sprintf("%s of %s is %s, want a duration", name, rule.ID, plainText(v)), "write P3D or PT4H"
		}
	}
	return more(p, rule.ID, v)
}

func (e *Engine) ids() []string {
	return slices.Sorted(maps.Keys(e.byID))
}

// plainText shows a parameter's value as its author would write it.
func plainText(v *document.Value) string {
	return toTerm(v).String()
}
