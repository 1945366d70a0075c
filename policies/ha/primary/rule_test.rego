package patchops.ha.primary_test

import data.patchops.ha.primary

found(spec) := result if {
	result := primary.deny with input as {"metadata": {"name": "web", "client": "acme"}, "spec": spec}
		with data.members as {"acme": {"web": ["c"]}}
}

test_no_primary if {
	found({"order": "standbyFirst", "members": ["a", "b"]}) == {{
		"path": ["spec", "order"],
		"message": "group \"web\" goes standby first and names no primary",
		"hint": "name the member that carries the load in primary",
	}}
}

test_no_member if {
	found({"order": "any", "members": ["a", "b"], "primary": "c"}) == {{
		"path": ["spec", "primary"],
		"message": "primary \"c\" is no member of group \"web\"",
		"hint": "name one of the members",
	}}
}

test_a_member if {
	count(found({"order": "standbyFirst", "members": ["a", "b"], "primary": "b"})) == 0
	count(found({"order": "standbyFirst", "primary": "c"})) == 0
}

test_no_order if {
	count(found({"members": ["a", "b"]})) == 0
	count(found({"order": "any", "members": ["a", "b"]})) == 0
}
