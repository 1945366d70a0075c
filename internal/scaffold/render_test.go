package scaffold

import (
	"path"
	"strings"
	"testing"
	"time"
)

func TestRenderRefusesUnknownExample(t *testing.T) {
	if _, err := Render("big", time.Unix(0, 0), "id"); err == nil || !strings.Contains(err.Error(), "minimal") {
		t.Errorf("error %v, wanted one that names the examples", err)
	}
}

func TestRenderWritesTheWorkflowItIsGiven(t *testing.T) {
	p := Params{Example: "minimal", AsOf: time.Unix(0, 0), RepositoryID: "id", Workflow: []byte("name: patchops\n")}
	files, err := p.Render()
	if err != nil || string(files[workflowPath]) != "name: patchops\n" {
		t.Errorf("workflow %q, error %v", files[workflowPath], err)
	}
}

// TestDocumentsNameTheirSchema is what makes editors complete and check fields.
func TestDocumentsNameTheirSchema(t *testing.T) {
	for _, example := range Examples() {
		files, err := Render(example, time.Unix(1773306000, 0), "id")
		if err != nil {
			t.Fatal(err)
		}
		for name, content := range files {
			text := string(content)
			if path.Ext(name) != ".yaml" || !strings.Contains(text, "apiVersion:") {
				continue
			}
			line, _, _ := strings.Cut(text, "\n")
			target, ok := strings.CutPrefix(line, "# yaml-language-server: $schema=")
			target = path.Join(path.Dir(name), target)
			kind := strings.TrimSuffix(path.Base(target), ".json")
			if !ok || path.Dir(target) != ".patchops/schema" {
				t.Errorf("%s: %s begins with %q", example, name, line)
			}
			if kind != "all" && strings.Count(text, "\nkind: ") != strings.Count(text, "\nkind: "+kind+"\n") {
				t.Errorf("%s: %s holds more kinds than %s", example, name, kind)
			}
		}
	}
}
