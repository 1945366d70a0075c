//go:build unix

package git

import (
	"strings"
	"testing"
)

// R36: what git starts is under the limits from its first moment.
func TestLimitsHoldForWhatGitStarts(t *testing.T) {
	alias := "alias.limits=!ulimit -d; ulimit -f; ulimit -c; echo \"$1\" #"
	out, err := run(t.Context(), job{args: []string{"-c", alias, "limits", "$(false) `x` \"; exit 9"}, dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"524288", "4194304", "0", "$(false) `x` \"; exit 9"}; strings.TrimSpace(string(out)) != strings.Join(want, "\n") {
		t.Errorf("limits and argument %q, want %q", out, want)
	}
}
