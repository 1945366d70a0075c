package controller

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/resultlog"
)

// openLog is one log as its branch holds it.
type openLog struct {
	branch  string
	tip     string // of the branch
	good    string // the commit whose tree is the log's: tip, unless that is foreign; "" none
	why     string // why tip is foreign
	log     *resultlog.Log
	records []resultlog.Record
}

// foreign reports whether somebody else wrote on the branch.
func (l *openLog) foreign() bool { return l.tip != l.good }

// logReader opens logs, and reads of those that it knows only what is new.
type logReader struct {
	keys       note.Verifiers
	repository string
	prefix     string
	known      map[string]*openLog // by branch
	seen       *Seen               // what this machine verified before; nil nothing
}

// mostBehind is how many commits of a log's branch are looked through for what is
// ours, where nothing of it is remembered: all that a year can hold.
const mostBehind = 500_000

// read opens every log among the branches.
func (r *logReader) read(store Store, branches map[string]string) (map[string]*openLog, error) {
	out := map[string]*openLog{}
	for branch, tip := range branches {
		name, ok := resultlog.ParseBranch(r.prefix, r.repository, branch)
		if !ok {
			continue
		}
		l, err := r.open(store, name, branch, tip)
		if err != nil {
			return nil, err
		}
		out[branch] = l
	}
	r.known = out
	return out, nil
}

func (r *logReader) open(store Store, name resultlog.Name, branch, tip string) (*openLog, error) {
	known := r.known[branch]
	if known != nil && known.tip == tip {
		return known, nil
	}
	behind, err := commitsBehind(store, tip, r.verified(store, name, branch))
	if err != nil {
		return nil, fmt.Errorf("branch %s: %w", branch, err)
	}
	out := &openLog{branch: branch, tip: tip}
	var first error
	for _, commit := range r.bySize(store, name, behind) {
		files, err := store.Files(commit)
		if err == nil {
			err = out.take(known, name, files, r.keys)
		}
		if err == nil {
			out.good, out.why = commit, foreignWhy(first)
			return out, nil
		}
		if first == nil {
			first = err
		}
	}
	if (known == nil || known.good == "") && !r.signed(store, name, behind) {
		// Whoever may push can make such a branch: it never was a log.
		out.log, out.why = resultlog.New(name, nil), foreignWhy(first)
		return out, nil
	}
	return nil, fmt.Errorf("branch %s at %s: %w", branch, tip, first)
}

// verified is the commit of a branch that is known to be ours, so that nothing
// behind it needs to be looked at; "" none.
func (r *logReader) verified(store Store, name resultlog.Name, branch string) string {
	if known := r.known[branch]; known != nil {
		return known.good
	}
	if r.seen == nil {
		return ""
	}
	old := r.seen.Logs[branch]
	// Others may have written on it when it was seen.
	c, err := resultlog.Peek([]byte(old.Checkpoint), name, r.keys)
	if err != nil || r.size(store, name, old.Tip) != c.Size {
		return ""
	}
	return old.Tip
}

// signed reports whether any of the commits holds a checkpoint of this log by our
// keys. What is of another log anybody can push here.
func (r *logReader) signed(store Store, name resultlog.Name, commits []string) bool {
	return slices.ContainsFunc(commits, func(commit string) bool { return r.size(store, name, commit) >= 0 })
}

// size is how many records of the log a commit's checkpoint signs; -1 without a
// good one.
func (r *logReader) size(store Store, name resultlog.Name, commit string) int64 {
	files, err := store.Files(commit)
	if err != nil {
		return -1
	}
	signed, err := fs.ReadFile(files, "checkpoint")
	if err != nil {
		return -1
	}
	c, err := resultlog.Peek(signed, name, r.keys)
	if err != nil {
		return -1
	}
	return c.Size
}

func foreignWhy(err error) string {
	if err == nil {
		return "it goes back behind what was recorded"
	}
	return firstLine(err)
}

// take reads the log, on top of what is known of it.
func (l *openLog) take(known *openLog, name resultlog.Name, files fs.FS, keys note.Verifiers) error {
	if known != nil && known.good != "" {
		log, more, err := known.log.Advance(files, keys)
		if err == nil {
			// Appended in place: a log grows in one way only, and may hold a million.
			l.log, l.records = log, append(known.records, more...) //nolint:gocritic // in place on purpose
		}
		return err
	}
	log, records, err := resultlog.Open(name, files, keys)
	if err == nil {
		l.log, l.records = log, records
	}
	return err
}

// commitsBehind are tip and all that lies behind it, over all parents, the nearest
// first, down to stop: whoever writes on a log's branch must not hide what is ours,
// neither behind many commits nor behind a second parent.
func commitsBehind(store Store, tip, stop string) ([]string, error) {
	out, known := []string{tip}, map[string]bool{tip: true}
	for at := 0; at < len(out); at++ {
		if len(out) > mostBehind {
			return nil, fmt.Errorf("%w: more than %d commits, too many to find the log in", resultlog.ErrIntegrity, mostBehind)
		}
		if out[at] == stop {
			continue
		}
		info, err := store.Info(out[at])
		if err != nil {
			return nil, err
		}
		for _, parent := range info.Parents {
			if !known[parent] {
				known[parent] = true
				out = append(out, parent)
			}
		}
	}
	return out, nil
}

// bySize puts the commits in the order of what their checkpoints sign, the most
// first, and of equal ones the oldest: a later one is somebody's copy, which hides what
// lies between. What has no good checkpoint comes last.
func (r *logReader) bySize(store Store, name resultlog.Name, commits []string) []string {
	sizes := make(map[string]int64, len(commits))
	for _, commit := range commits {
		sizes[commit] = r.size(store, name, commit)
	}
	out := slices.Clone(commits)
	slices.Reverse(out)
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(sizes[b], sizes[a]) })
	return out
}
