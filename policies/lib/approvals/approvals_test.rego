package patchops.lib.approvals_test

import data.patchops.lib.approvals

one := {"group": "a", "count": 1}

two := {"group": "b", "count": 2}

test_leaf if {
	approvals.single(one)
	not approvals.single(two)
}

test_any if {
	approvals.single({"any": [two, one]})
	not approvals.single({"any": [two, {"all": [one, one]}]})
}

test_all if {
	approvals.single({"all": [one]})
	not approvals.single({"all": [two]})
	not approvals.single({"all": [one, one]})
	not approvals.single({"all": []})
}

test_groups if {
	tree := {"all": [two, {"any": [one, {"group": "b", "count": 1}, {"contactRoles": ["primary"], "count": 3}]}]}
	approvals.groups(tree) == {"a": 1, "b": 2}
	count(approvals.leaves(tree)) == 4
}

test_below if {
	approvals.below({"all": [two, {"any": [one, {"all": [two]}]}]}) == {["all", 0, two], ["all", 1, one], ["all", 1, two]}
	approvals.below({"any": [one]}) == {["any", 0, one]}
	approvals.below(one) == set()
	approvals.below({"contactRoles": ["primary"], "count": 1}) == set()
}

guards(match) := approvals.guards({"spec": {"match": match}})

all_guarded := {"Config", "Person", "Group", "ApprovalRule", "ExecutorProfile", "policies/", "schemas/"}

test_guards_by_kind if {
	every kind in {"Config", "Person", "Group", "ApprovalRule", "ExecutorProfile"} {
		guards({"kinds": [kind]}) == {kind}
	}
	guards({"kinds": ["Config", "Person", "Patch"]}) == {"Config", "Person"}
}

test_guards_by_path if {
	every what, path in {
		"Config": "patchops.yaml",
		"Person": "rules/people.yaml",
		"Group": "rules/groups.yaml",
		"ApprovalRule": "rules/approval.yaml",
		"ExecutorProfile": "rules/profiles.yaml",
		"policies/": "policies/*/*/*.rego",
		"schemas/": "schemas/*.cue",
	} {
		guards({"paths": [path]}) == {what}
	}
	guards({"paths": ["rules/people/*.yaml", "rules/groups/*.yaml"]}) == {"Person", "Group"}
	guards({"paths": ["rules/**", "policies", "schemas/", "patchops.yaml"]}) == all_guarded
	guards({"paths": ["clients/**", "policies/plan/**"]}) == set()
}

test_guards_by_both if {
	guards({"paths": ["rules/**"], "kinds": ["Person", "Config"]}) == {"Person"}
	guards({"paths": ["**"], "kinds": ["Person"]}) == {"Person"}
	guards({"paths": ["**"]}) == all_guarded
}

test_guards_nothing if {
	guards({}) == set()
	guards({"kinds": ["Person"], "minRisk": 1}) == set()
	guards({"paths": ["**"], "changeTypes": ["standard"]}) == set()
	approvals.guards({"spec": {}}) == set()
}

takes_file(pattern, file) if approvals.in_file({"paths": ["other", pattern]}, file)

test_patterns if {
	takes_file("rules", "rules/a/b.yaml")
	takes_file("rules/", "rules/b.yaml")
	takes_file("rules/**", "rules/a/b.yaml")
	takes_file("**/b.yaml", "b.yaml")
	takes_file("**/a", "a/b.yaml")
	takes_file("**/b.yaml", "rules/a/b.yaml")
	takes_file("rules/**/b.yaml", "rules/b.yaml")
	takes_file("rules/**/b.yaml", "rules/a/c/b.yaml")
	takes_file("rule?/*.yaml", "rules/b.yaml")
	not takes_file("rules/*.yaml", "rules/a/b.yaml")
	not takes_file("rule", "rules/b.yaml")
	not takes_file("rules/**/b.yaml", "rules/ab.yaml")
	approvals.in_file({}, "b.yaml")
}

test_choice if {
	approvals.choice({"any": [one, two]})
	approvals.choice({"all": [one, {"any": [two, one]}]})
	not approvals.choice({"any": [one]})
	not approvals.choice({"all": [one, two]})
	not approvals.choice(one)
}
