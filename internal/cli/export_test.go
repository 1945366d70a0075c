package cli

import (
	"bytes"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/patchops/patchops/internal/document"
)

// exported writes the editors' schemas by the command and compiles each, which
// needs it to satisfy the metaschema.
func exported(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	dir := t.TempDir()
	if status, _, stderr := invoke(t, dir, "schema", "export", "--out", "."); status != exitDone {
		t.Fatal(stderr)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) < 30 {
		t.Fatalf("%d schemas, error %v", len(files), err)
	}
	meta, err := jsonschema.NewCompiler().Compile("http://json-schema.org/draft-07/schema#")
	if err != nil {
		t.Fatal(err)
	}
	schemas := map[string]*jsonschema.Schema{}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(src))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if err := meta.Validate(value); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if schemas[name], err = jsonschema.NewCompiler().Compile(file); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	return schemas
}

// jsonValue is a document's value as encoding/json would decode it.
func jsonValue(v *document.Value) any {
	switch v.Kind {
	case document.Bool:
		return v.Bool
	case document.Int:
		return v.Int
	case document.String:
		return v.Str
	case document.List:
		list := make([]any, len(v.Items))
		for i := range v.Items {
			list[i] = jsonValue(&v.Items[i])
		}
		return list
	case document.Map:
		fields := make(map[string]any, len(v.Items))
		for i := range v.Items {
			fields[v.Keys[i].Name] = jsonValue(&v.Items[i])
		}
		return fields
	}
	return nil
}

// TestSchemaExport: the schemas are draft-07 by its metaschema, accept every
// document of the examples, and refuse each of them with a misspelt field, a
// missing one or a value of another type.
func TestSchemaExport(t *testing.T) {
	schemas := exported(t)
	seen := map[string]bool{}
	for _, example := range []string{"minimal", "msp"} {
		files, err := Scaffold(example, scriptNow, strings.Repeat("a", 32))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range slices.Sorted(maps.Keys(files)) {
			if ext := path.Ext(file); ext != ".yaml" || strings.HasPrefix(file, ".") {
				continue
			}
			docs, _ := document.ParseYAML(file, files[file])
			for i := range docs {
				if !docs[i].IsPatchops() {
					continue
				}
				kind := docs[i].ID.Kind
				seen[kind] = true
				admitsOnly(t, schemas[kind], file, &docs[i])
				admitsOnly(t, schemas["all"], file, &docs[i])
			}
		}
	}
	if len(seen) < 25 {
		t.Errorf("the examples have documents of only %d kinds", len(seen))
	}
}

func admitsOnly(t *testing.T, schema *jsonschema.Schema, file string, doc *document.Document) {
	t.Helper()
	value := jsonValue(&doc.Root).(map[string]any)
	if err := schema.Validate(value); err != nil {
		t.Errorf("%s: %s is refused: %v", file, doc.ID, err)
	}
	for name, broken := range map[string]func(root, spec map[string]any){
		"an unknown field": func(_, spec map[string]any) { spec["colour"] = "red" },
		"no spec":          func(root, _ map[string]any) { delete(root, "spec") },
		"no name":          func(root, _ map[string]any) { delete(root["metadata"].(map[string]any), "name") },
		"another kind":     func(root, _ map[string]any) { root["kind"] = "Nothing" },
		"a list for spec":  func(root, _ map[string]any) { root["spec"] = []any{} },
	} {
		copied := jsonValue(&doc.Root).(map[string]any)
		broken(copied, copied["spec"].(map[string]any))
		if schema.Validate(copied) == nil {
			t.Errorf("%s: %s with %s is accepted", file, doc.ID, name)
		}
	}
}
