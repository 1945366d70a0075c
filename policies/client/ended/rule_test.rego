package patchops.client.ended_test

import data.patchops.client.ended

documents := {"Client": {
	"acme": {"acme": {"spec": {"status": "active"}}},
	"beta": {"beta": {"spec": {"status": "suspended"}}},
	"deta": {"deta": {"spec": {"status": "ended"}}},
}}

plan(client) := {"metadata": {"name": "p", "client": client}, "spec": {"targets": {}}}

test_ended if {
	ended.deny == {{
		"path": ["metadata", "client"],
		"message": "client \"deta\" has ended, no plan may name it",
		"hint": "close the plan, or correct the client",
	}} with input as plan("deta") with data.documents as documents
}

test_others if {
	count(ended.deny) == 0 with input as plan("acme") with data.documents as documents
	count(ended.deny) == 0 with input as plan("beta") with data.documents as documents
	count(ended.deny) == 0 with input as plan("none") with data.documents as documents
}

test_plan_over_several_clients if {
	ended.deny == {{
		"path": ["spec", "targets", "clients", 2],
		"message": "client \"deta\" has ended, no plan may name it",
		"hint": "leave the client out",
	}} with input as {"metadata": {"name": "p"}, "spec": {"targets": {"clients": ["acme", "beta", "deta"]}}}
		with data.documents as documents
}
