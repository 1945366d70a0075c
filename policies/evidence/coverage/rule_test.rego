package patchops.evidence.coverage_test

import data.patchops.evidence.coverage

assets := {"acme": {
	"web-1": {"name": "web-1", "class": "server", "os": "debian", "role": "web", "env": "prod"},
	"web-2": {"name": "web-2", "class": "server", "os": "debian", "role": "web", "env": "prod"},
	"fw-1": {"name": "fw-1", "class": "network", "os": "fortios", "env": "prod"},
}}

found(list, procedures) := result if {
	own := {"metadata": {"name": "l", "client": "acme"}, "spec": list}
	result := coverage.deny with input as own
		with data.assets as assets
		with data.documents as {"AssetList": {"acme": {"l": own}}, "ValidationProcedure": procedures}
}

inline := {"assets": [{"name": "web-2"}, {"name": "web-1"}, {"name": "fw-1"}]}

for_class(class) := {"p": {"spec": {"appliesTo": {"matchLabels": {"class": class}}}}}

test_one_for_each_kind if {
	found(inline, {"_": for_class("network")}) == {{
		"path": ["metadata", "name"],
		"message": "no validation procedure fits server debian web in prod, such as asset \"web-1\"",
		"hint": "add a ValidationProcedure whose appliesTo selects them",
	}}
	{f.message | some f in found({"file": "x.csv"}, {"acme": for_class("server")})} == {"no validation procedure fits network fortios of any role in prod, such as asset \"fw-1\""}
}

test_all if count(found(inline, {"_": for_class("network"), "acme": for_class("server")})) == 0

test_of_another_list if count(found({"assets": [{"name": "fw-1"}]}, {"_": for_class("network")})) == 0

test_of_another_client if count(found(inline, {"_": for_class("network"), "beta": for_class("server")})) == 1

test_no_procedure_at_all if count(found(inline, {"beta": for_class("server")})) == 0
