package git

import "testing"

// No bytes of a tree or commit may panic; what parses gives back its input.
func FuzzParse(f *testing.F) {
	f.Add([]byte("100644 a\x0001234567890123456789"))
	f.Add([]byte("tree 0123456789012345678901234567890123456789\nparent 0123456789012345678901234567890123456789\ncommitter A <a@b> 1 +0000\n\nm"))
	f.Add([]byte("tree 0123456789012345678901234567890123456789\ncommitter >"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if entries, err := parseTree(content); err == nil {
			var again []byte
			for _, e := range entries {
				again = append(append(again, e.mode+" "+e.name+"\x00"...), e.hash[:]...)
				_, _ = badName(e.name), folded(e.name)
			}
			if string(again) != string(content) {
				t.Errorf("%q became %q", content, again)
			}
		}
		if c, err := parseCommit(content); err == nil && c.tree.IsZero() && string(content[5:45]) != "0000000000000000000000000000000000000000" {
			t.Errorf("%q: no tree", content)
		}
	})
}
