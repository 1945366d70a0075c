package spec

import (
	"slices"

	"github.com/patchops/patchops/internal/document"
)

// Operator says how a term compares a key's values.
type Operator string

// The operators. A key with several values (application, complianceScope) is In
// when any of them is wanted. NotIn is the opposite of In, so it holds for an
// absent key, as in Kubernetes.
const (
	In           Operator = "In"
	NotIn        Operator = "NotIn"
	Exists       Operator = "Exists"
	DoesNotExist Operator = "DoesNotExist"
)

// Term is one condition of a selector.
type Term struct {
	Key      string
	Operator Operator
	Values   []string // of In and NotIn
}

// Selector selects what all its terms hold for. Without a term it selects
// nothing: `{}` is a mistake (finding selector/empty), and "everything" is said
// by leaving the selector out.
type Selector struct{ Terms []Term }

// ParseSelector reads {matchLabels, matchExpressions}. The terms are in the
// order of the file, labels first. What the schema would refuse is read as a
// term that never holds.
func ParseSelector(v *document.Value) Selector {
	var s Selector
	labels := v.Get("matchLabels")
	if labels != nil && labels.Kind == document.Map {
		for i := range labels.Keys {
			s.Terms = append(s.Terms, Term{labels.Keys[i].Name, In, scalars(&labels.Items[i])})
		}
	}
	expressions := v.Get("matchExpressions").Elements()
	for i := range expressions {
		e := &expressions[i]
		s.Terms = append(s.Terms, Term{
			Key: e.Get("key").Text(), Operator: Operator(e.Get("operator").Text()), Values: scalars(e.Get("values")),
		})
	}
	return s
}

// Empty reports whether the selector has no terms.
func (s Selector) Empty() bool { return len(s.Terms) == 0 }

// Matches reports whether every term holds. An empty selector matches nothing.
func (s Selector) Matches(f Facets) bool {
	for _, t := range s.Terms {
		if !t.holds(f.Values(t.Key)) {
			return false
		}
	}
	return len(s.Terms) > 0
}

func (t Term) holds(values []string) bool {
	switch t.Operator {
	case In:
		return anyIn(values, t.Values)
	case NotIn:
		return !anyIn(values, t.Values)
	case Exists:
		return len(values) > 0
	case DoesNotExist:
		return len(values) == 0
	}
	return false
}

func anyIn(values, wanted []string) bool {
	return slices.ContainsFunc(values, func(v string) bool { return slices.Contains(wanted, v) })
}
