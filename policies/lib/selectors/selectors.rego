# METADATA
# title: Selectors
# description: Whether an asset alone tells what a selector asks for.
# scope: package
package patchops.lib.selectors

# foreign holds for a selector that asks for what the asset's client or site
# says. A rule that sees the asset alone cannot judge it.
foreign(selector) if {
	some key, _ in selector.matchLabels
	key in beyond
}

foreign(selector) if {
	some term in selector.matchExpressions
	term.key in beyond
}

beyond := {"client", "clientTier", "businessUnit", "complianceScope", "relay"}

# takes holds for an asset that a selector surely takes.
takes(selector, asset) if {
	not foreign(selector)
	patchops.matches(selector, asset)
}
