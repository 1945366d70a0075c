package patchops.approval.self_approval_test

import data.patchops.approval.self_approval

found(spec) := result if result := self_approval.deny with input as {"metadata": {"name": "r"}, "spec": spec}

test_nobody_excluded if {
	found({"exclude": []}) == {{
		"path": ["spec", "exclude"],
		"message": "approvals of the author and the contributors count",
		"hint": "leave exclude out, it keeps both out by default",
	}}
}

test_one_excluded if {
	{f.message | some f in found({"exclude": ["author"]})} == {"approvals of the contributors count"}
	{f.message | some f in found({"exclude": ["contributors"]})} == {"approvals of the author count"}
}

test_both_excluded if count(found({"exclude": ["contributors", "author"]})) == 0

test_by_default if count(found({})) == 0
