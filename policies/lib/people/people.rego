# METADATA
# title: People
# description: Whose word counts, which is that of active people and no programs.
# scope: package
package patchops.lib.people

# counts holds for a person who may decide: active, and no program.
counts(name) if {
	data.documents.Person._[name].spec.active
	not program(name)
}

# program holds for a bot.
program(name) if data.documents.Person._[name].spec.bot

# live is the members of a group who may decide.
live(group) := {name |
	some name in data.documents.Group._[group].spec.members
	counts(name)
}
