package scaffold

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"bytes"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"
	"gopkg.in/yaml.v3"

	"github.com/patchops/patchops/schemas"
)

func TestVet(t *testing.T) {
	ctx := cuecontext.New()
	names, _ := fs.Glob(schemas.FS, "*.cue")
	src := "package patchops\n"
	for _, n := range names {
		b, _ := schemas.FS.ReadFile(n)
		src += strings.Replace(string(b), "package patchops", "", 1)
	}
	v := ctx.CompileString(src)
	if v.Err() != nil {
		t.Fatal(errors.Details(v.Err(), nil))
	}
	filepath.Walk(os.Getenv("DIR"), func(p string, i os.FileInfo, err error) error {
		if !strings.HasSuffix(p, ".yaml") {
			return nil
		}
		b, _ := os.ReadFile(p)
		d := yaml.NewDecoder(bytes.NewReader(b))
		for k := 0; ; k++ {
			var x map[string]any
			if err := d.Decode(&x); err != nil {
				if err.Error() != "EOF" {
					t.Error(p, err)
				}
				break
			}
			if x["apiVersion"] == nil {
				continue
			}
			def := v.LookupPath(cue.ParsePath("#" + x["kind"].(string)))
			t.Log(p, k); if err := def.Unify(ctx.Encode(x)).Validate(cue.Concrete(true)); err != nil {
				t.Error(p, k, x["kind"], errors.Details(err, nil))
			}
		}
		return nil
	})
}
