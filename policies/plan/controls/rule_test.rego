package patchops.plan.controls_test

import data.patchops.plan.controls

found(spec, scopes, asset) := result if {
	result := controls.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": spec}
		with data.parameters as {"plan/controls": {"scopes": ["pci-dss", "hipaa"]}}
		with data.documents as {"Client": {"acme": {"acme": {"spec": {"complianceScopes": scopes}}}}}
		with data.assets as {"acme": {"web": asset}}
		with data.targets as {"acme": {"p": [{"client": "acme", "asset": "web"}]}}
}

test_none if {
	found({}, ["hipaa"], {}) == {{
		"path": ["spec", "controls"],
		"message": "the plan takes systems in the scope of hipaa and names no control that it serves",
		"hint": "name the requirements in controls",
	}}
}

test_empty if count(found({"controls": []}, [], {"complianceScopes": ["pci-dss"]})) == 1

test_named if count(found({"controls": ["PCI DSS 4.0.1 6.3.3"]}, ["pci-dss"], {"complianceScopes": ["hipaa"]})) == 0

test_not_regulated if {
	count(found({}, ["iso-27001"], {"complianceScopes": ["kritis"]})) == 0
	count(found({}, [], {})) == 0
}
