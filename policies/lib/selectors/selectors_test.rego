package patchops.lib.selectors_test

import data.patchops.lib.selectors

labels(key) := {"matchLabels": {"env": "prod", key: "x"}}

terms(key) := {"matchExpressions": [{"key": "env", "operator": "Exists"}, {"key": key, "operator": "NotIn", "values": ["x"]}]}

outer := ["client", "clientTier", "businessUnit", "complianceScope", "relay"]

test_foreign if {
	every key in outer {
		selectors.foreign(labels(key))
		selectors.foreign(terms(key))
	}
	not selectors.foreign(labels("role"))
	not selectors.foreign(terms("role"))
	not selectors.foreign({})
}

test_takes if {
	selectors.takes(terms("role"), {"name": "a", "env": "prod", "role": "y"})
	not selectors.takes(terms("role"), {"name": "a", "env": "prod", "role": "x"})
	not selectors.takes(terms("client"), {"name": "a", "env": "prod"})
}
