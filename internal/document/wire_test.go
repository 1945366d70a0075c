package document_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

const wireSource = "kind: Patch\nmetadata: {name: ä, client: c}\nspec: {a: [1, -2, true, null, yes, \"\", {}], b: !t x}\n---\nkind: B\n"

// TestDocumentsCrossProcesses: positions, broken values and identities too.
func TestDocumentsCrossProcesses(t *testing.T) {
	docs, _ := document.ParseYAML("plans/ü.yaml", []byte(wireSource))
	got, err := document.DecodeDocuments(document.EncodeDocuments(docs))
	if err != nil || len(got) != 2 {
		t.Fatalf("%d documents, error %v", len(got), err)
	}
	for i := range docs {
		if got[i].ID != docs[i].ID || got[i].File != docs[i].File || got[i].Index != i || got[i].Broken != docs[i].Broken {
			t.Errorf("document %d is %+v, was %+v", i, got[i], docs[i])
		}
		if !same(&got[i].Root, &docs[i].Root) || place(&got[i], "spec", "a", 1) != place(&docs[i], "spec", "a", 1) {
			t.Errorf("document %d is %+v, was %+v", i, got[i].Root, docs[i].Root)
		}
	}
	if got[0].ID != (finding.Identity{Kind: "Patch", Client: "c", Name: "ä"}) || !got[0].Broken {
		t.Errorf("identity %v", got[0].ID)
	}
}

func TestAnyValueCrossesProcesses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := document.Document{File: "f.yaml", Root: anyMap(3, 1).Draw(t, "value")}
		got, err := document.DecodeDocuments(document.EncodeDocuments([]document.Document{doc}))
		if err != nil || !same(&got[0].Root, &doc.Root) {
			t.Fatalf("error %v, read %+v", err, got)
		}
	})
}

// FuzzDecodeDocuments: damage is an error, or documents that encode again.
func FuzzDecodeDocuments(f *testing.F) {
	docs, _ := document.ParseYAML("f.yaml", []byte(wireSource))
	f.Add(document.EncodeDocuments(docs))
	f.Fuzz(func(t *testing.T, b []byte) {
		docs, err := document.DecodeDocuments(b)
		if err != nil {
			return
		}
		again, err := document.DecodeDocuments(document.EncodeDocuments(docs))
		if err != nil || !reflect.DeepEqual(again, docs) {
			t.Fatalf("%x: error %v", b, err)
		}
	})
}

func TestDamagedDocumentsAreAnError(t *testing.T) {
	docs, _ := document.ParseYAML("f.yaml", []byte(wireSource))
	whole := document.EncodeDocuments(docs)
	for n := range whole {
		if _, err := document.DecodeDocuments(whole[:n]); err == nil {
			t.Fatalf("%d of %d bytes are read", n, len(whole))
		}
	}
	if _, err := document.DecodeDocuments(append(whole, 0)); err == nil {
		t.Error("bytes behind the documents are read")
	}
}
