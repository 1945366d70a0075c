package patchops.plan.reboot_test

import data.patchops.plan.reboot

documents := {"Patch": {"_": {"kernel": {"spec": {"restart": "system"}}, "web": {"spec": {"restart": "service"}}}}}

found(spec) := result if result := reboot.deny with input as {"metadata": {"name": "p"}, "spec": spec} with data.documents as documents

test_never if {
	found({"reboot": "never", "patches": ["kernel", "web"]}) == {{
		"path": ["spec", "reboot"],
		"message": "patch \"kernel\" needs a restart of the system, the plan says never",
		"hint": "set reboot to ifRequired",
	}}
}

test_if_required if count(found({"reboot": "ifRequired", "patches": ["kernel"]})) == 0

test_no_restart_needed if count(found({"reboot": "never", "patches": ["web"]})) == 0
