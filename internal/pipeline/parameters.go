package pipeline

import (
	"fmt"
	"slices"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/policy"
)

// parameters judges what a Config or Client says about rules, of those ids that
// wanted admits: the parameters' names and types, and that a client is no looser.
func parameters(rules *policy.Engine, doc *document.Document, view *corpus.View, wanted func(id string) bool) []finding.Finding {
	path := documentPath("spec", "policy", "parameters")
	value, _ := doc.Root.Find(path)
	if value == nil {
		return nil
	}
	var problems []policy.Problem
	switch doc.ID.Kind {
	case "Config":
		problems = rules.CheckParameters(value)
	case "Client":
		problems = rules.CheckClientParameters(configParameters(view), value)
	}
	var out []finding.Finding
	for _, p := range problems {
		if !wanted(p.Path[0].Key) {
			continue
		}
		full := slices.Concat(path, p.Path)
		out = append(out, finding.Finding{
			ID: "policy/parameter", Severity: finding.Error, Message: p.Message, Hint: p.Hint,
			Position: doc.At(full), Document: doc.ID, Path: full.String(),
		})
	}
	return out
}

func configParameters(view *corpus.View) *document.Value {
	for _, name := range view.Names("Config", corpus.Global) {
		return view.Document("Config", corpus.Global, name).Get("spec").Get("policy").Get("parameters")
	}
	return nil
}

// levels judges the ids in Config.policy.levels: each exists, and is not one of
// the engine's errors, which no repository can change.
func (e *Engine) levels(doc *document.Document, known []string) []finding.Finding {
	path := documentPath("spec", "policy", "levels")
	value, _ := doc.Root.Find(path)
	if doc.ID.Kind != "Config" || value == nil {
		return nil
	}
	var out []finding.Finding
	say := func(id, key, message, hint string) {
		p := path.With(document.Segment{Key: key})
		out = append(out, finding.Finding{
			ID: id, Severity: finding.Error, Message: message, Hint: hint,
			Position: doc.At(p), Document: doc.ID, Path: p.String(),
		})
	}
	for _, key := range value.Keys {
		switch _, exists := slices.BinarySearch(known, key.Name); {
		case !exists:
			hint := ""
			if near := finding.Nearest(key.Name, known); near != "" {
				hint = "write " + near
			}
			say("policy/unknown-level", key.Name, fmt.Sprintf("no finding has the id %q", key.Name), hint)
		case !e.isRule(key.Name) && !softened(key.Name):
			say("policy/fixed-level", key.Name, fmt.Sprintf("the level of %s cannot be changed: it keeps documents readable", key.Name), "remove it")
		}
	}
	return out
}

// softened reports whether the engine finds this id as a warning or note, whose
// level a repository may change.
func softened(id string) bool {
	return slices.Contains([]string{
		"document/envelope", "document/no-effect", "selector/no-match", "selector/unknown-key", "acceptance/unused", "acceptance/expiring", "acceptance/expired-waiver", "config/missing",
	}, id)
}
