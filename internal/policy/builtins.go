package policy

import (
	"fmt"
	"strconv"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/types"
)

// The names of our own builtins.
const (
	builtinSeconds = "patchops.seconds"
	builtinInstant = "patchops.instant"
	builtinMatches = "patchops.matches"
)

func declarations() []*ast.Builtin {
	return []*ast.Builtin{
		{Name: builtinSeconds, Decl: types.NewFunction(types.Args(types.S), types.N)},
		{Name: builtinInstant, Decl: types.NewFunction(types.Args(types.S, types.S, types.S), types.N)},
		{Name: builtinMatches, Decl: types.NewFunction(types.Args(types.A, types.A), types.B)},
	}
}

// implementations binds our builtins to what they mean. They go with each query
// and are registered nowhere.
func (f Functions) implementations() map[string]*topdown.Builtin {
	calls := map[string]func([]*ast.Term) (*ast.Term, error){
		builtinSeconds: f.seconds, builtinInstant: f.instant, builtinMatches: f.matches,
	}
	bound := map[string]*topdown.Builtin{}
	for _, decl := range declarations() {
		call := calls[decl.Name]
		bound[decl.Name] = &topdown.Builtin{Decl: decl, Func: func(bctx topdown.BuiltinContext, args []*ast.Term, yield func(*ast.Term) error) error {
			result, err := call(args)
			if err != nil {
				return &topdown.Error{Code: topdown.BuiltinErr, Message: decl.Name + ": " + err.Error(), Location: bctx.Location}
			}
			return yield(result)
		}}
	}
	return bound
}

func (f Functions) seconds(args []*ast.Term) (*ast.Term, error) {
	text, err := textArgument(args, 0)
	if err != nil {
		return nil, err
	}
	n, err := f.Seconds(text)
	return integerTerm(n), err
}

func (f Functions) instant(args []*ast.Term) (*ast.Term, error) {
	var texts [3]string
	for i := range texts {
		text, err := textArgument(args, i)
		if err != nil {
			return nil, err
		}
		texts[i] = text
	}
	n, err := f.Instant(texts[0], texts[1], texts[2])
	return integerTerm(n), err
}

func (f Functions) matches(args []*ast.Term) (*ast.Term, error) {
	selector, err := toValue(args[0].Value)
	if err != nil {
		return nil, fmt.Errorf("selector: %w", err)
	}
	asset, err := toValue(args[1].Value)
	if err != nil {
		return nil, fmt.Errorf("asset: %w", err)
	}
	return ast.BooleanTerm(f.Matches(selector, asset)), nil
}

func textArgument(args []*ast.Term, i int) (string, error) {
	s, ok := args[i].Value.(ast.String)
	if !ok {
		return "", fmt.Errorf("argument %d is %s, want a string", i+1, ast.ValueName(args[i].Value))
	}
	return string(s), nil
}

func integerTerm(n int64) *ast.Term {
	return ast.NewTerm(ast.Number(strconv.FormatInt(n, 10)))
}
