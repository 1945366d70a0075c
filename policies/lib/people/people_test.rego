package patchops.lib.people_test

import data.patchops.lib.people

documents := {
	"Person": {"_": {
		"ada": {"spec": {"active": true}},
		"ben": {"spec": {"active": true, "bot": false}},
		"bot": {"spec": {"active": true, "bot": true}},
		"cem": {"spec": {"active": false}},
	}},
	"Group": {"_": {"all": {"spec": {"members": ["ada", "ben", "bot", "cem", "none"]}}, "few": {"spec": {"members": ["ada"]}}}},
}

test_counts if {n | some n in ["ada", "ben", "bot", "cem", "none"]; people.counts(n)} == {"ada", "ben"} with data.documents as documents

test_program if {n | some n in ["ada", "ben", "bot", "cem", "none"]; people.program(n)} == {"bot"} with data.documents as documents

test_live if {
	people.live("all") == {"ada", "ben"} with data.documents as documents
	people.live("few") == {"ada"} with data.documents as documents
	people.live("none") == set() with data.documents as documents
}
