package git

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Whoever reads the witnesses of a line has read all that ever stood in it.
func TestWitnesses(t *testing.T) {
	s := newSandbox(t)
	s.write("a", "1")
	s.commit("first")
	s.write("b", "2")
	second := s.commit("second")
	s.write("b", "3")
	s.commit("third")
	s.write("c", "4")
	s.commit("fourth")
	s.write("d", "5")
	fifth := s.commit("fifth")
	if err := os.Remove(filepath.Join(s.dir, "a")); err != nil {
		t.Fatal(err)
	}
	last := s.commit("last")
	r := s.open()
	line, err := r.FirstParents("", last)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Witnesses(line)
	if want := []string{second, fifth, last}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v %v, wanted %v", got, err, want)
	}
	if got, err = r.Witnesses(nil); err != nil || len(got) > 0 {
		t.Errorf("of nothing: %v %v", got, err)
	}
}
