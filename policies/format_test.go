package policies_test

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"testing"

	"github.com/open-policy-agent/opa/v1/format"

	"github.com/patchops/patchops/policies"
)

var update = flag.Bool("update", false, "rewrite the Rego files as opa fmt would")

func TestRegoIsFormatted(t *testing.T) {
	files, err := fs.Glob(policies.FS, "*/*/*.rego")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		src, err := policies.FS.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := format.Source(file, src)
		if err != nil || bytes.Equal(src, want) {
			continue
		}
		if !*update {
			t.Errorf("%s is not formatted", file)
		} else if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Error(err)
		}
	}
}
