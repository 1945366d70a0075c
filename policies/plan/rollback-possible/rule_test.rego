package patchops.plan.rollback_possible_test

import data.patchops.plan.rollback_possible

documents := {"ExecutorProfile": {"_": {
	"apt": {"spec": {"package": "apt"}},
	"own": {"spec": {"steps": {"rollback": {"run": ["undo"]}}}},
	"bare": {"spec": {"type": "ssh", "steps": {"install": {"run": ["do"]}}}},
}}}

found(spec, profiles) := result if {
	result := rollback_possible.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": spec}
		with data.documents as documents
		with data.assets as {"acme": {profile: {"profile": profile} | some profile in profiles}}
		with data.targets as {"acme": {"p": [{"client": "acme", "asset": profile} | some profile in profiles]}}
}

test_impossible if {
	found({"rollback": {"auto": true}}, ["apt", "own", "bare"]) == {{
		"path": ["spec", "rollback", "auto"],
		"message": "hosts with profile \"bare\" cannot go back by themselves",
		"hint": "require a snapshot, or give the profile a rollback step",
	}}
}

test_snapshots if {
	count(found({"rollback": {"auto": true}, "snapshot": {"mode": "required"}}, ["bare"])) == 0
	count(found({"rollback": {"auto": true}, "snapshot": {"mode": "bestEffort"}}, ["bare"])) == 0
	count(found({"rollback": {"auto": true}, "snapshot": {"mode": "none"}}, ["bare"])) == 1
}

test_other_ways if count(found({"rollback": {"auto": true}}, ["apt", "own"])) == 0

test_not_automatic if count(found({"rollback": {"auto": false}}, ["bare"])) == 0
