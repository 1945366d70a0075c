package sandbox

import "testing"

// TestRefusedMemoryIsKnown by what the runtime says when it trips over it.
func TestRefusedMemoryIsKnown(t *testing.T) {
	for words, want := range map[string]bool{
		"runtime: out of memory: cannot allocate 1 bytes":                               true,
		"SIGSEGV: segmentation violation\nPC=0x47 m=0 sigcode=1":                        true,
		"fatal error: unexpected signal during runtime execution\n[signal SIGSEGV: ...": true,
		"panic: runtime error: invalid memory address or nil pointer dereference":       false,
		"panic: it was s:": false,
	} {
		if got := outOfMemory(words); got != want {
			t.Errorf("%q: out of memory is %v, wanted %v", words, got, want)
		}
	}
}
