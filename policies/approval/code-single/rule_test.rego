package patchops.approval.code_single_test

import data.patchops.approval.code_single

one := {"group": "ops", "count": 1}

two := {"group": "ops", "count": 2}

rule(paths, require) := {"metadata": {"name": "r"}, "spec": {"match": {"paths": paths}, "require": require}}

people(n) := {$"p{i}": {"spec": {"active": i <= n}} | some i in [1, 2, 3, 4]}

found(input_rule, others, active) := result if {
	result := code_single.deny with input as input_rule
		with data.documents as {"Person": {"_": people(active)}, "ApprovalRule": {"_": {$"r{i}": r | some i, r in array.concat([input_rule], others)}}}
}

test_single if {
	found(rule(["policies/**", "rules/**"], one), [], 3) == {{
		"path": ["spec", "require"],
		"message": "one person's approval changes policies/, which decides what is an error",
		"hint": "ask for a second person",
	}}
	count(found(rule(["**"], {"any": [two, one]}), [], 4)) == 2
}

test_another_single_rule if count(found(rule(["schemas"], one), [rule(["schemas"], one), rule(["policies"], two)], 3)) == 1

test_another_rule_asks_more if count(found(rule(["schemas"], one), [rule(["**"], two)], 3)) == 0

test_two if count(found(rule(["policies/**"], two), [], 3)) == 0

test_nobody_else_to_ask if count(found(rule(["policies/**"], one), [], 2)) == 0

test_other_files if count(found(rule(["clients/**"], one), [], 3)) == 0
