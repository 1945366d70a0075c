package patchops.incident.patch_known_test

import data.patchops.incident.patch_known

found(incident, patch) := result if {
	result := patch_known.deny with input as {"spec": incident}
		with data.documents.Patch as {"_": {"a": {"spec": object.union({"cves": ["CVE-2026-1000", "CVE-2026-1001"]}, patch)}}}
}

test_known if {
	found({"cve": "CVE-2026-1001"}, {}) == {{
		"path": ["spec", "cve"],
		"message": "patch \"a\" closes CVE-2026-1001",
		"hint": "open a Problem that names the patch, and plan it",
	}}
}

test_unknown if count(found({"cve": "CVE-2026-1002"}, {})) == 0

test_withdrawn if count(found({"cve": "CVE-2026-1001"}, {"withdrawnAt": "2026-03-10T00:00:00Z"})) == 0

test_has_a_problem if count(found({"cve": "CVE-2026-1001", "problemRef": "p"}, {})) == 0
