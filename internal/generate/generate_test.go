package generate

import (
	"bytes"
	"maps"
	"strings"
	"testing"
)

func TestRepositoryIsDeterministic(t *testing.T) {
	same := func(a, b map[string][]byte) bool { return maps.EqualFunc(a, b, bytes.Equal) }
	one := Repository(3, 80, 7)
	if !same(one, Repository(3, 80, 7)) {
		t.Error("the same seed gave different files")
	}
	if same(one, Repository(3, 80, 8)) {
		t.Error("another seed gave the same files")
	}
}

func TestRepositoryHasSoManyDocuments(t *testing.T) {
	for _, wanted := range []int{200, 301} {
		got := 0
		for name, content := range Repository(5, wanted, 1) {
			if strings.HasSuffix(name, ".yaml") {
				got += strings.Count(string(content), apiVersion)
			}
		}
		if got != wanted {
			t.Errorf("%d documents, wanted %d", got, wanted)
		}
	}
}
