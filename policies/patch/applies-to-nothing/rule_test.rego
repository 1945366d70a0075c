package patchops.patch.applies_to_nothing_test

import data.patchops.patch.applies_to_nothing

found(spec) := result if result := applies_to_nothing.deny with input as {"metadata": {"name": "p"}, "spec": spec}

test_neither if {
	found({}) == {{
		"path": ["spec", "packages"],
		"message": "patch \"p\" names neither packages nor assets that it applies to",
		"hint": "add packages, or appliesTo",
	}}
}

test_empty if count(found({"packages": []})) == 1

test_packages if count(found({"packages": [{"name": "vim", "version": "9.1"}]})) == 0

test_selector if count(found({"appliesTo": {"matchLabels": {"os": "debian"}}})) == 0
