package policy

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/types"
)

// allowed are OPA's builtins that rules may call: an allow-list, so that a new
// version of OPA adds nothing by itself. Left out is all that reaches outside
// (network, files, runtime, environment, clock, randomness), that is a bomb in
// one call (bits.lsh), that reads the host's zone files, and what no rule needs.
const allowed = `
abs all and any array.concat array.flatten array.reverse array.slice assign ceil
concat contains count div endswith eq equal floor format_int glob.match
graph.reachable graph.reachable_paths gt gte indexof indexof_n internal.member_2
internal.member_3 internal.template_string intersection is_array is_boolean is_null is_number
is_object is_set is_string json.filter json.is_valid json.marshal json.remove
json.unmarshal lower lt lte max min minus mul neq numbers.range numbers.range_step
object.filter object.get object.keys object.remove object.subset object.union
object.union_n or plus product regex.find_n regex.is_valid regex.match regex.replace
regex.split rem replace round semver.compare semver.is_valid set_diff sort split
sprintf startswith strings.any_prefix_match strings.any_suffix_match strings.count
strings.replace_n strings.reverse strings.split_n substring sum time.add_date
time.clock time.date time.parse_rfc3339_ns time.weekday to_number trim trim_left
trim_prefix trim_right trim_space trim_suffix type_name union units.parse
units.parse_bytes upper walk
`

// utcOnly are builtins whose declared argument we narrow to a number: with a
// zone beside it they would read the host's zone database.
var utcOnly = []string{"time.clock", "time.date", "time.weekday"}

// capabilities are what a rule's compiler knows: the allowed builtins, ours,
// no host to reach, and the language of Rego v1 with template strings.
func capabilities() *ast.Capabilities {
	caps := &ast.Capabilities{
		AllowNet: []string{},
		Features: []string{ast.FeatureRegoV1, ast.FeatureTemplateStrings, ast.FeatureKeywordsInRefs},
	}
	for name := range strings.FieldsSeq(allowed) {
		if b := ast.BuiltinMap[name]; b != nil && !b.Nondeterministic {
			caps.Builtins = append(caps.Builtins, narrowed(b))
		}
	}
	caps.Builtins = append(caps.Builtins, declarations()...)
	return caps
}

func narrowed(b *ast.Builtin) *ast.Builtin {
	if !slices.Contains(utcOnly, b.Name) {
		return b
	}
	clone := *b
	clone.Decl = types.NewFunction(types.Args(types.N), b.Decl.Result())
	return &clone
}

// refusedBuiltin reports whether OPA has a builtin of that name which rules may
// not call.
func refusedBuiltin(name string) bool {
	if _, ok := ast.BuiltinMap[name]; !ok {
		return false
	}
	return !slices.Contains(strings.Fields(allowed), name)
}
