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

test_kinds if {
	approvals.of_kind({"kinds": ["Patch", "Person"]}, "Person")
	approvals.of_kind({}, "Person")
	not approvals.of_kind({"kinds": ["Patch"]}, "Person")
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

folders(match) := approvals.folders({"spec": {"match": match}})

test_folders if {
	folders({"paths": ["policies/**"]}) == {"policies/"}
	folders({"paths": ["policies/*/*/rule.rego", "schemas/*.cue"]}) == {"policies/", "schemas/"}
	folders({"paths": ["**"]}) == {"policies/", "schemas/"}
	folders({"paths": ["schemas"]}) == {"schemas/"}
	folders({"paths": ["policies/plan/**", "rules/**"]}) == set()
	folders({"paths": ["**"], "kinds": ["Person"]}) == set()
	folders({"kinds": ["Person"]}) == set()
	folders({}) == set()
	approvals.folders({"spec": {}}) == set()
}
