package pipeline

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// TestReadOnlyAsksTheSchemas: Read sees every document and what the schemas say of
// it, and nothing that a reference, a rule or a rollout says.
func TestReadOnlyAsksTheSchemas(t *testing.T) {
	const window = "apiVersion: patchops.dev/v1alpha1\nkind: MaintenanceWindow\nmetadata: {name: NAME, client: acme}\n" +
		"spec: {timezone: ZONE, start: \"2026-01-01T02:30\", recurrence: FREQ=DAILY, duration: PT1H}\n"
	write := func(name, zone string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(strings.NewReplacer("NAME", name, "ZONE", zone).Replace(window)), Mode: 0o644}
	}
	tree, err := ReadTree(fstest.MapFS{
		"clients/acme/good.yaml":  write("good", "Europe/Berlin"),
		"clients/acme/again.yaml": write("good", "Europe/Berlin"),
		"clients/acme/bad.yaml":   write("bad", "Europe/Berln"),
	})
	if err != nil {
		t.Fatal(err)
	}
	engine, err := NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	out, err := engine.Read(Input{Tree: tree, AsOf: time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, f := range out.Findings {
		ids = append(ids, f.ID)
	}
	if got := strings.Join(ids, " "); !strings.Contains(got, "document/duplicate") || len(ids) != 2 {
		t.Errorf("findings %q, wanted the duplicate and the zone", got)
	}
	if out.Documents != 3 || out.Corpus.View("").Document("MaintenanceWindow", "acme", "good") == nil {
		t.Errorf("%d documents, wanted 3, and the good window among them", out.Documents)
	}
}
