package patchops.evidence.coverage_test

import data.patchops.evidence.coverage

web_1 := {"name": "web-1", "class": "server", "os": "debian", "role": "web", "env": "prod"}

web_2 := {"name": "web-2", "class": "server", "os": "debian", "role": "web", "env": "prod"}

fw_1 := {"name": "fw-1", "class": "network", "os": "fortios", "env": "prod"}

found(assets, procedures) := result if {
	result := coverage.deny with input as {"metadata": {"name": "l", "client": "acme"}}
		with data.assets as {"acme": {asset.name: asset | some asset in assets}}
		with data.listed as {"acme": {"l": [{"asset": asset} | some asset in assets]}}
		with data.documents as {"ValidationProcedure": procedures}
}

all := [web_2, web_1, fw_1]

for_class(class) := {"p": {"spec": {"appliesTo": {"matchLabels": {"class": class}}}}}

test_one_for_each_kind if {
	found(all, {"_": for_class("network")}) == {{
		"path": ["metadata", "name"],
		"message": "no validation procedure fits server debian web in prod, such as asset \"web-1\"",
		"hint": "add a ValidationProcedure whose appliesTo selects them",
	}}
	{f.message | some f in found(all, {"acme": for_class("server")})} == {"no validation procedure fits network fortios of any role in prod, such as asset \"fw-1\""}
}

test_all if count(found(all, {"_": for_class("network"), "acme": for_class("server")})) == 0

test_of_another_list if count(found([fw_1], {"_": for_class("network")})) == 0

test_of_another_client if count(found(all, {"_": for_class("network"), "beta": for_class("server")})) == 1

test_no_procedure_at_all if count(found(all, {"beta": for_class("server")})) == 0

for_name(name) := {"_": {"p": {"spec": {"appliesTo": {"matchExpressions": [{"key": "name", "operator": "In", "values": [name]}]}}}}}

test_the_first_of_a_kind_stands_for_it if {
	count(found([web_2, web_1], for_name("web-1"))) == 0
	count(found([web_2, web_1], for_name("web-2"))) == 1
}
