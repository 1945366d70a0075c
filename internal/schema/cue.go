package schema

import (
	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"
)

// pathless hides a CUE error's path, which findings carry themselves.
type pathless struct{ cueError }

type cueError = errors.Error

func (pathless) Path() []string { return nil }

// buildValue evaluates files of one package as one value, without a module and
// without loading anything.
func buildValue(ctx *cue.Context, files []*ast.File) (cue.Value, error) {
	instance := build.NewContext().NewInstance("schemas", nil)
	for _, f := range files {
		if err := instance.AddSyntax(f); err != nil {
			return cue.Value{}, err
		}
	}
	if err := instance.Complete(); err != nil {
		return cue.Value{}, err
	}
	v := ctx.BuildInstance(instance)
	return v, v.Err()
}

// Judge is CUE's own view of the built-in schemas: the judge of the tree that
// Compile makes, for tests and for vetting. It is far slower and says only yes
// or no.
type Judge struct {
	ctx   *cue.Context
	value cue.Value
}

// NewJudge evaluates the built-in schemas by CUE itself.
func NewJudge(files map[string][]byte) (*Judge, error) {
	c := &compiler{sources: map[string][]byte{}}
	j := &Judge{ctx: cuecontext.New()}
	var err error
	j.value, err = buildValue(j.ctx, c.parse(files))
	return j, err
}

// Admits reports whether CUE takes the value (of the kinds that encoding/json
// decodes to, and int64) for the definition.
func (j *Judge) Admits(definition string, v any) bool {
	d := j.value.LookupPath(cue.ParsePath(definition))
	return d.Exists() && d.Unify(j.ctx.Encode(v)).Validate(cue.Concrete(true), cue.Final()) == nil
}
