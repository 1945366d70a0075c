package patchops.patch.deferral_over_test

import data.patchops.patch.deferral_over

found(assessment) := result if {
	result := deferral_over.deny with input as {"metadata": {"name": "p"}, "spec": {"assessment": assessment}}
		with data.asOf as "2026-03-12T09:00:00Z"
}

test_over if {
	found({"decision": "deferred", "until": "2026-03-11"}) == {{
		"path": ["spec", "assessment", "until"],
		"message": "the patch was deferred until 2026-03-11, which has passed",
		"hint": "decide again",
	}}
}

test_last_day if count(found({"decision": "deferred", "until": "2026-03-12"})) == 0

test_no_end if {
	found({"decision": "deferred"}) == {{
		"path": ["spec", "assessment"],
		"message": "the patch is deferred without an end",
		"hint": "say until when, or decline it",
	}}
}

test_other_decisions if {
	count(found({"decision": "approved", "until": "2026-03-11"})) == 0
	count(found({"decision": "declined"})) == 0
}
