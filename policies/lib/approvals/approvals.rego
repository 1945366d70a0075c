# METADATA
# title: Approvals
# description: What an approval rule asks for.
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
