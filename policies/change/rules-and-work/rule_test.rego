package patchops.change.rules_and_work_test

import data.patchops.change.rules_and_work as rule

entry(kind) := {"kind": kind, "name": "x"}

found(documents, grants) := result if {
	result := rule.deny with input as {"effect": {"documents": documents, "grants": grants}}
}

grant := {"client": "acme", "plan": "p", "asset": "a", "after": {"until": "2026-04-30"}}

test_told if found([entry("PatchPlan"), entry("Group")], [grant]) == {{
	"path": ["effect", "documents", 1],
	"message": "Group \"x\" is changed along with what plans may do: both are judged by the rules before it",
	"hint": "propose the rules first, apart",
}}

test_rules if count(found([entry("ApprovalRule"), entry("Config"), entry("Group"), entry("Person")], [grant])) == 4

test_rules_alone if count(found([entry("Group")], [])) == 0

test_less_work if count(found([entry("Group")], [object.remove(grant, ["after"])])) == 0
