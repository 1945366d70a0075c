package patchops.approval.valid_for_test

import data.patchops.approval.valid_for

found(spec) := result if result := valid_for.deny with input as {"metadata": {"name": "r"}, "spec": spec}

test_too_long if {
	found({"validFor": "P14DT1S"}) == {{
		"path": ["spec", "validFor"],
		"message": "approvals count for P14DT1S, at most P14D is allowed",
		"hint": "set validFor to P14D or less",
	}}
}

test_long_enough if count(found({"validFor": "P2W"})) == 0

test_default if count(found({})) == 0
