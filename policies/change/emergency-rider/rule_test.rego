package patchops.change.emergency_rider_test

import data.patchops.change.emergency_rider as rule

documents := {"PatchPlan": {"acme": {"a": {"spec": {"changeType": "emergency"}}, "b": {"spec": {"changeType": "normal"}}}}}

entry(kind, name) := {"kind": kind, "client": "acme", "name": name, "after": {"path": "a.yaml"}}

found(entries) := result if {
	result := rule.deny with input as {"effect": {"documents": entries}} with data.documents as documents
}

test_told if found([entry("PatchPlan", "a"), entry("Patch", "openssh"), entry("Group", "ops")]) == {{
	"path": ["effect", "documents", 2],
	"message": "Group \"ops\" is changed along with an emergency",
	"hint": "propose it apart",
}}

test_parts if {
	kinds := ["Patch", "Bundle", "TestEvidence", "ValidationProcedure", "Problem", "Incident", "KnownError", "Review", "RiskAcceptance"]
	count(found(array.concat([entry("PatchPlan", "a")], [entry(kind, "x") | some kind in kinds]))) == 0
}

test_other_plan if count(found([entry("PatchPlan", "a"), entry("PatchPlan", "b")])) == 1

test_no_emergency if count(found([entry("PatchPlan", "b"), entry("Group", "ops")])) == 0
