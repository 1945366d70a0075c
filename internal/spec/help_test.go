package spec

import (
	"testing"

	"github.com/patchops/patchops/internal/document"
)

// documents reads YAML that must be clean.
func documents(t testing.TB, file, src string) []*document.Document {
	t.Helper()
	docs, found := document.ParseYAML(file, []byte(src))
	if len(found) > 0 {
		t.Fatalf("%s: %+v", file, found)
	}
	out := make([]*document.Document, len(docs))
	for i := range docs {
		out[i] = &docs[i]
	}
	return out
}

// value reads a YAML value below an envelope.
func value(t testing.TB, src string) *document.Value {
	t.Helper()
	head := "apiVersion: patchops.dev/v1alpha1\nkind: Test\nmetadata: {name: test}\nvalue: "
	return documents(t, "test.yaml", head+src+"\n")[0].Root.Get("value")
}
