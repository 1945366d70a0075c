package schema

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/shape"
	"github.com/patchops/patchops/schemas"
)

// builtin reads the built-in schemas.
func builtin(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	entries, err := fs.ReadDir(schemas.FS, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".cue") {
			continue
		}
		if files[e.Name()], err = fs.ReadFile(schemas.FS, e.Name()); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func compileBuiltin(t testing.TB) *shape.Set {
	t.Helper()
	set, findings := Compile(builtin(t), nil)
	for _, f := range findings {
		t.Errorf("%s:%d:%d: %s: %s: %s", f.File, f.Line, f.Column, f.ID, f.Message, f.Hint)
	}
	return set
}

func TestBuiltin(t *testing.T) {
	set := compileBuiltin(t)
	if _, err := NewJudge(builtin(t)); err != nil {
		t.Errorf("CUE refuses the schemas: %v", err)
	}
	t.Log(len(set.Kinds), len(set.Gates), len(set.Definitions))
}

func BenchmarkCompile(b *testing.B) {
	files := builtin(b)
	for b.Loop() {
		Compile(files, nil)
	}
}

func BenchmarkJudge(b *testing.B) {
	files := builtin(b)
	for b.Loop() {
		if _, err := NewJudge(files); err != nil {
			b.Fatal(err)
		}
	}
}
