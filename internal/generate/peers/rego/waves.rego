package main

# Waves are cumulative, so their percentages increase.
deny contains msg if {
	input.kind == "PatchPlan"
	some i
	input.spec.waves[i].percent >= input.spec.waves[i + 1].percent
	msg := sprintf("%s/%s: wave %s is not smaller than the next", [input.metadata.client, input.metadata.name, input.spec.waves[i].name])
}
