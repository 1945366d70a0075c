// Package policies holds the built-in rules: one folder a rule, with the rule
// and its tests, and shared functions below lib. It only embeds them.
package policies

import "embed"

// FS holds every Rego file: <category>/<rule>/rule.rego, rule_test.rego beside
// it, and lib/<name>/<name>.rego.
//
//go:embed */*/*.rego
var FS embed.FS
