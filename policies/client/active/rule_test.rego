package patchops.client.active_test

import data.patchops.client.active

documents := {"Client": {
	"acme": {"acme": {"spec": {"status": "active"}}},
	"beta": {"beta": {"spec": {"status": "onboarding"}}},
	"ceta": {"ceta": {"spec": {"status": "suspended"}}},
	"deta": {"deta": {"spec": {"status": "ended"}}},
}}

plan(client) := {"metadata": {"name": "p", "client": client}, "spec": {"targets": {}}}

test_onboarding if {
	active.deny == {{
		"path": ["metadata", "client"],
		"message": "client \"beta\" is onboarding, nothing starts before it is active",
		"hint": "activate the client before the deadline, or withdraw the plan",
	}} with input as plan("beta") with data.documents as documents
}

test_suspended if count(active.deny) == 1 with input as plan("ceta") with data.documents as documents

test_active if count(active.deny) == 0 with input as plan("acme") with data.documents as documents

test_ended_is_another_rule if count(active.deny) == 0 with input as plan("deta") with data.documents as documents

test_plan_over_several_clients if {
	active.deny == {{
		"path": ["spec", "targets", "clients", 1],
		"message": "client \"ceta\" is suspended, nothing starts before it is active",
		"hint": "activate the client before the deadline, or leave it out",
	}} with input as {"metadata": {"name": "p"}, "spec": {"targets": {"clients": ["acme", "ceta", "deta"]}}}
		with data.documents as documents
}
