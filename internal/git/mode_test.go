package git

import (
	"io/fs"
	"testing"
)

// TestModes: the four modes of files survive the way there and back, and a file on disk
// is executable if its owner may execute it.
func TestModes(t *testing.T) {
	for text, mode := range map[string]fs.FileMode{
		"100644": 0o644, "100755": 0o755, "120000": fs.ModeSymlink | 0o777, "160000": fs.ModeIrregular,
	} {
		if ParseMode(text) != mode || ModeText(mode) != text {
			t.Errorf("%s: read as %v, written as %s", text, ParseMode(text), ModeText(mode))
		}
	}
	for mode, text := range map[fs.FileMode]string{0o600: "100644", 0o611: "100644", 0o700: "100755", 0o777: "100755"} {
		if got := ModeText(mode); got != text {
			t.Errorf("%v: %s, wanted %s", mode, got, text)
		}
	}
}
