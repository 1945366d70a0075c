package patchops.change.unknown_contributor_test

import data.patchops.change.unknown_contributor as rule

commit := "0123456789abcdef0123456789abcdef01234567"

# The message is what approvals accept, so it holds no id: a clean rebase keeps it.
test_told if {
	found := rule.deny with input as {"unknownContributors": [commit]}
	found == {{
		"path": ["unknownContributors"],
		"message": "nobody knows whose work some of it is",
		"hint": $"have {commit} signed with a key of a Person, or taken over by somebody who does",
	}}
}

test_known if {
	found := rule.deny with input as {"unknownContributors": []}
	count(found) == 0
}

test_several if {
	found := rule.deny with input as {"unknownContributors": [commit, commit]}
	found == {{
		"path": ["unknownContributors"],
		"message": "nobody knows whose work some of it is",
		"hint": $"have {commit}, {commit} signed with a key of a Person, or taken over by somebody who does",
	}}
}
