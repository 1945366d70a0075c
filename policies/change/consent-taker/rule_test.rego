package patchops.change.consent_taker_test

import data.patchops.change.consent_taker as rule

yes(person) := {"person": person, "verdict": "approved", "counts": true, "contact": "acme/ops"}

found(approvals) := result if {
	result := rule.deny with input as {"author": "ada", "contributors": ["ada"], "approvals": approvals}
}

test_told if found([yes("dana"), yes("ada")]) == {{
	"path": ["approvals", 1],
	"message": "ada, whose work the change is, passes on the word of acme/ops",
	"hint": "have the contact asked by somebody else",
}}

test_own_word if count(found([object.remove(yes("ada"), ["contact"])])) == 0

test_not_counted if count(found([object.union(yes("ada"), {"counts": false})])) == 0
