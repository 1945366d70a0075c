package patchops.change.sole_approver_test

import data.patchops.change.sole_approver as rule

yes(person) := {"person": person, "verdict": "approved", "counts": true}

found(approvals) := result if {
	result := rule.deny with input as {"author": "ada", "contributors": ["ada", "ben"], "approvals": approvals}
}

test_told if found([yes("ada"), object.union(yes("dana"), {"counts": false})]) == {{
	"path": ["approvals", 0],
	"message": "ada, whose work it is, approved the change, and nobody else did",
	"hint": "ask somebody else for an approval",
}}

test_each if count(found([yes("ada"), yes("ben")])) == 2

test_another if count(found([yes("ada"), yes("dana")])) == 0

test_nobody if count(found([])) == 0
