package effect

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestNobodyHidesALoosening behind many others: each thing has its own limit.
func TestNobodyHidesALoosening(t *testing.T) {
	before, after := small(), small()
	for i := range 3 * maxLoosened {
		name := fmt.Sprintf("catalog/p%d.yaml", i)
		before.add(name, fmt.Sprintf("kind: Patch\nmetadata: {name: aa%d}\nspec: {releasedAt: 2026-03-01, severity: high}", i))
		after.add(name, fmt.Sprintf("kind: Patch\nmetadata: {name: aa%d}\nspec: {releasedAt: 2026-03-01, severity: low}", i))
	}
	after = after.with(t, "rules/people.yaml", "count: 2", "count: 1")
	found := loosened(t, before, after)
	if len(found) != maxLoosened+1 || !slices.Contains(found, "rules spec.require.count lowered") {
		t.Errorf("%d are said, the looser rule among them: %v", len(found), slices.Contains(found, "rules spec.require.count lowered"))
	}
}

// TestLongListsAreComparedInTime (R31): a document of the greatest size takes no
// longer than reading it does, nearly.
func TestLongListsAreComparedInTime(t *testing.T) {
	list := func(n int, item func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString("    - " + item(i) + "\n")
		}
		return b.String()
	}
	documents := map[string]func(n, shift int) string{
		"members": func(n, shift int) string {
			return "kind: Group\nmetadata: {name: g}\nspec:\n  members:\n" + list(n, func(i int) string { return fmt.Sprint("p", i+shift) })
		},
		"blackouts": func(n, shift int) string {
			return "kind: ClientAgreement\nmetadata: {name: b, client: acme}\nspec:\n  blackouts:\n" + list(n, func(i int) string {
				return fmt.Sprintf("{from: 20%02d-01-01, until: 20%02d-01-%02d, reason: r%d}", i%90+10, i%90+10, i%20+shift+2, i)
			})
		},
		"rules": func(n, shift int) string {
			return "kind: SLAPolicy\nmetadata: {name: s}\nspec:\n  rules:\n" + list(n, func(i int) string {
				return fmt.Sprintf("{match: {selector: {matchLabels: {a: b%d}}}, within: P%dD, anchor: releasedAt, clock: calendar}", i, 9-shift)
			})
		},
	}
	for name, document := range documents {
		before := small().and("clients/acme/long.yaml", document(5000, 1))
		after := small().and("clients/acme/long.yaml", document(5000, 0))
		a, b := before.tree(t), after.tree(t)
		e := Between(a, b)
		start := time.Now()
		found := Loosened(e, a.corpus, b.corpus)
		if took := time.Since(start); took > 30*time.Second || len(found) == 0 {
			t.Errorf("%s: %d are said after %s", name, len(found), took)
		}
	}
}
