# METADATA
# title: Approvals
# description: What an approval rule asks for, and which changes it takes.
# scope: package
package patchops.lib.approvals

# single holds when one approval of one person surely satisfies a tree: told for
# trees of one or two levels, deeper ones are taken to want more.
single(require) if require.count == 1

single(require) if {
	some branch in require.any
	branch.count == 1
}

single(require) if {
	count(require.all) == 1
	require.all[0].count == 1
}

# groups is the groups that a tree names, with the most people it wants of each.
groups(require) := {name: most |
	some name in {leaf.group | some leaf in leaves(require)}
	most := max([leaf.count | some leaf in leaves(require); leaf.group == name])
}

# leaves are the parts of a tree that people satisfy.
leaves(require) := [node |
	walk(require, [_, node])
	node.count
]

# below is the leaves under each branch of a tree: [all or any, index, leaf].
below(require) := {[field, i, leaf] |
	some field, branches in require
	some i, branch in branches
	some leaf in leaves(branch)
}

# of_kind holds for a match that takes documents of a kind.
of_kind(match, _) if not match.kinds

of_kind(match, kind) if kind in match.kinds

# in_file holds for a match that takes a file.
in_file(match, _) if not match.paths

in_file(match, file) if {
	some pattern in match.paths
	some form in forms(pattern)
	glob.match(form, ["/"], file)
}

# forms is a path pattern as globs: ** between slashes may be no folder, and a
# folder means all below it.
forms(pattern) := wholes | {$"{whole}/**" | some whole in wholes} if {
	path := trim_suffix(pattern, "/")
	wholes := {path, trim_prefix(path, "**/"), replace(path, "/**/", "/")}
}

# choice holds for a tree in which somebody else may stand in.
choice(require) if {
	walk(require, [_, node])
	count(node.any) > 1
}

# folders is the folders that hold no documents and of which a rule takes any
# file. One that says more than paths is for documents only.
folders(rule) := {folder |
	object.keys(rule.spec.match) == {"paths"}
	some folder, file in {"policies/": "policies/any/any/rule.rego", "schemas/": "schemas/any.cue"}
	in_file(rule.spec.match, file)
}
