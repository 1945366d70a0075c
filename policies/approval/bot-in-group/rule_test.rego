package patchops.approval.bot_in_group_test

import data.patchops.approval.bot_in_group

documents(require) := {
	"Person": {"_": {"ada": {"spec": {"active": true}}, "renovate": {"spec": {"active": true, "bot": true}}}},
	"ApprovalRule": {"_": {"r": {"spec": {"require": require}}}},
}

found(require) := result if {
	result := bot_in_group.deny with input as {"metadata": {"name": "ops"}, "spec": {"members": ["ada", "renovate"]}} with data.documents as documents(require)
}

test_bot if {
	found({"all": [{"group": "sec", "count": 1}, {"group": "ops", "count": 1}]}) == {{
		"path": ["spec", "members", 1],
		"message": "\"renovate\" is a bot, whose approval never counts",
		"hint": "take it out of the group",
	}}
}

test_group_of_no_rule if count(found({"group": "sec", "count": 1})) == 0
