package cli

// mistake is one slip as people make them, and the findings it must lead to.
type mistake struct {
	title string
	edits []slip
	want  []string
}

// slip replaces the first old in a file by new.
type slip struct{ file, old, new string }

// mistakes are what the demo does wrong, in its order.
func mistakes() []mistake {
	return []mistake{
		{
			title: "An engineer is in a hurry: a misspelt field, a word that is no choice.",
			edits: []slip{
				{"plans/klinikum/linux-servers.yaml", "\n  deadline:", "\n  deadlnie:"},
				{"plans/klinikum/linux-servers.yaml", "reboot: ifRequired", "reboot: ifrequired"},
			},
			want: []string{"schema/unknown-field", "schema/missing-field", "schema/value"},
		},
		{
			title: "A contact is misspelt: nobody would be told of an emergency.",
			edits: []slip{{"clients/hudson/agreement.yaml", "[duty-manager,", "[duty-manger,"}},
			want:  []string{"reference/unresolved"},
		},
		{
			title: "YAML that programs read differently than people: a bare version, a key given twice.",
			edits: []slip{
				{"clients/hudson/assets-headquarters.yaml", `osVersion: "11"`, "osVersion: 11.10"},
				{"plans/hudson/windows.yaml", "\n  reboot: ifRequired", "\n  reboot: ifRequired\n  reboot: never"},
			},
			want: []string{"schema/type", "yaml/duplicate-key"},
		},
		{
			title: "A row of the CMDB export is wrong.",
			edits: []slip{{"clients/klinikum/assets/mitte.csv", "mit-relay-01,infra,", "mit-relay-01,infrastructure,"}},
			want:  []string{"schema/value"},
		},
		{
			title: "All documents are valid, but nobody should run this plan: half the hospital as the canary, and the rest never.",
			edits: []slip{
				{"plans/klinikum/windows-servers.yaml", "{name: canary, percent: 15,", "{name: canary, percent: 60,"},
				{"plans/klinikum/windows-servers.yaml", "{name: rest, percent: 100,", "{name: rest, percent: 50,"},
			},
			want: []string{"plan/waves-increase", "plan/waves-reach-all"},
		},
		{
			title: "A client never signed that updates can fail, and a plan goes there all the same.",
			edits: []slip{{"clients/klinikum/agreement.yaml", "- {id: errors-possible,", "- {id: risk-of-not-patching,"}},
			want:  []string{"agreement/acknowledgements"},
		},
		{
			title: "Shorter evenings in the wards, three weeks between two waves: every document is valid, but who is never patched?",
			edits: []slip{
				{"clients/klinikum/windows.yaml", "\n  duration: PT3H\n  capacity: 10", "\n  duration: PT1H\n  capacity: 10"},
				{"plans/klinikum/linux-servers.yaml", "soak: P2D\n      maxFailures: 0", "soak: P21D\n      maxFailures: 0"},
			},
			want: []string{"rollout/window-too-short", "rollout/unplaced"},
		},
	}
}
