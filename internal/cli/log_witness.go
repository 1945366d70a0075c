package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/controller"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/resultlog"
)

// witness is what this machine saw of the logs: the last signed checkpoint of each
// branch that `log verify` found good in one clone, and what its controller saw. A
// log that does not extend them was rewound or forked (R39, R56).
type witness struct {
	file string
	Logs map[string]string `json:"logs"` // by branch
	seen map[string]string // the controller's, which may have fetched more
}

func (a *app) witness(f *logFlags, s *logSource) (*witness, error) {
	state := f.state
	if state == "" {
		dir, err := a.xdg("XDG_STATE_HOME", ".local/state")
		if err != nil {
			return nil, err
		}
		state = filepath.Join(dir, "patchops", s.root.Repository)
	}
	state = a.absolute(state)
	sum := sha256.Sum256([]byte(s.dir))
	w := &witness{file: filepath.Join(state, "witness-"+hex.EncodeToString(sum[:6])+".json"), seen: map[string]string{}}
	if err := readJSON(w.file, w); err != nil {
		return nil, err
	}
	if w.Logs == nil {
		w.Logs = map[string]string{}
	}
	var seen controller.Seen
	if err := readJSON(filepath.Join(state, "seen.json"), &seen); err != nil {
		return nil, err
	}
	for branch, l := range seen.Logs {
		w.seen[branch] = l.Checkpoint
	}
	return w, nil
}

// readJSON reads a file of ours; absent, it leaves v as it is.
func readJSON(file string, v any) error {
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%s: %w\nwhat this machine saw last cannot be read: look why; to start without it, move the file away", file, err)
	}
	return nil
}

// remind gives each log what was seen of it.
func (w *witness) remind(sources []resultlog.Source) {
	for i := range sources {
		if c := w.Logs[sources[i].Branch]; c != "" {
			sources[i].Seen = append(sources[i].Seen, []byte(c))
		}
	}
}

// gone is a log that was here when it was verified last, and of which no branch is
// left.
func (w *witness) gone(here []logRef, client string) *report.LogBad {
	for _, branch := range slices.Sorted(maps.Keys(w.Logs)) {
		signed := w.Logs[branch]
		origin, _, _ := strings.Cut(signed, "\n")
		n, ok := resultlog.ParseOrigin(origin)
		if ok && (client == "" || client == n.Client) && !slices.ContainsFunc(here, func(r logRef) bool { return r.branch == branch }) {
			return &report.LogBad{Branch: branch, Seq: -1, Why: "the log's branch is gone", Checkpoints: []string{signed}}
		}
	}
	return nil
}

// behind says which logs this clone has less of than the controller on this machine
// saw. That is no fault: a clone is as old as its last fetch.
func (w *witness) behind(good []resultlog.Verified, keys note.Verifiers) []string {
	var out []string
	for _, g := range good {
		c, err := resultlog.Unsigned([]byte(w.seen[g.Source.Branch]))
		if err == nil && c.Size > g.Log.Size && g.Log.SetAside([]byte(w.seen[g.Source.Branch]), keys) == "" {
			out = append(out, fmt.Sprintf("%s ends at %d records here, and the controller on this machine saw %d: fetch", g.Source.Branch, g.Log.Size, c.Size))
		}
	}
	return out
}

// remember keeps the checkpoints of what was verified.
func (w *witness) remember(good []resultlog.Verified) error {
	for _, g := range good {
		w.Logs[g.Source.Branch] = string(g.Log.Checkpoint)
	}
	b, err := json.MarshalIndent(w, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(w.file), 0o700); err != nil {
		return err
	}
	temporary := w.file + ".new"
	if err := os.WriteFile(temporary, append(b, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, w.file)
}
