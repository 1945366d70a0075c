package pipeline

import (
	"errors"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/schema"
	"github.com/patchops/patchops/internal/shape"
)

const vetJob = "vet"

// VetSchemas judges a tree's own constraints, without a document. They are
// evaluated in the child.
func VetSchemas(t *Tree, child Child) ([]finding.Finding, error) {
	if len(t.Schemas) == 0 {
		return nil, nil
	}
	answers, err := child(vetJob, encode(ownShared{Schemas: t.Schemas}), [][]byte{nil})
	if err != nil {
		return nil, err
	}
	var out ownAnswer
	problem := answers[0].Problem
	if problem == "" && decode(answers[0].Output, &out) != nil {
		problem = "gave no answer"
	}
	if problem != "" {
		f := limit("policy/limit", t.Schemas[0].Path, "not compiled: "+problem)
		f.Hint = "simplify the constraint"
		return []finding.Finding{f}, nil
	}
	return finding.Sort(out.Findings), nil
}

func vetSchemas(shared []byte) (func([]byte) []byte, error) {
	var in ownShared
	err := decode(shared, &in)
	shapes, failed := Shapes()
	if err = errors.Join(err, failed); err != nil {
		return nil, err
	}
	return func([]byte) []byte {
		_, found := compileSchemas(in.Schemas, shapes)
		return encode(ownAnswer{Findings: found})
	}, nil
}

// compileSchemas compiles own constraints and says what is wrong or probably
// not meant in them. It returns nil when they cannot be used, or there are none.
func compileSchemas(sources []Source, shapes *shape.Set) (*schema.Own, []finding.Finding) {
	if len(sources) == 0 {
		return nil, nil
	}
	files := map[string][]byte{}
	for _, s := range sources {
		files[s.Path] = s.Bytes
	}
	own, found := schema.CompileOwn(files)
	return own, finding.Sort(append(found, schema.VetOwn(files, shapes)...))
}
