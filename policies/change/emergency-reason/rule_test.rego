package patchops.change.emergency_reason_test

import data.patchops.change.emergency_reason as rule

documents := {"PatchPlan": {"acme": {"a": {"spec": {"changeType": "emergency"}}, "b": {"spec": {"changeType": "normal"}}}}}

plan(name) := {"kind": "PatchPlan", "client": "acme", "name": name, "after": {"path": "a.yaml"}}

yes := {"person": "dana", "verdict": "approved", "counts": true}

found(name, approvals) := result if {
	result := rule.deny with input as {"contributors": ["ada"], "effect": {"documents": [plan(name)]}, "approvals": approvals}
		with data.documents as documents
}

test_told if found("a", [object.union(yes, {"reason": "it spreads"}), yes]) == {{
	"path": ["approvals", 1],
	"message": "dana approved an emergency without a reason",
	"hint": "approve it again with --reason",
}}

test_no_emergency if count(found("b", [yes])) == 0

test_not_counted if count(found("a", [object.union(yes, {"counts": false})])) == 0
