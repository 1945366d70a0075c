package controller

import (
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
}

// lookBack is how many commits of a log's branch are looked through for the last
// good one, where none is remembered.
const lookBack = 32

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
	stop := ""
	if known != nil {
		stop = known.tip
	}
	behind, err := commitsBehind(store, tip, stop)
	if err != nil {
		return nil, err
	}
	out := &openLog{branch: branch, tip: tip}
	var first error
	for _, commit := range r.bySize(store, behind) {
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
	if known == nil && !r.signed(store, behind) {
		// Whoever may push can make such a branch: it never was a log.
		out.log, out.why = resultlog.New(name, nil), foreignWhy(first)
		return out, nil
	}
	return nil, fmt.Errorf("branch %s at %s: %w", branch, tip, first)
}

// signed reports whether any of the commits holds a checkpoint by our keys.
func (r *logReader) signed(store Store, commits []string) bool {
	return slices.ContainsFunc(commits, func(commit string) bool { return r.size(store, commit) >= 0 })
}

// size is how many records a commit's checkpoint signs; -1 without a good one.
func (r *logReader) size(store Store, commit string) int64 {
	files, err := store.Files(commit)
	if err != nil {
		return -1
	}
	signed, err := fs.ReadFile(files, "checkpoint")
	if err != nil {
		return -1
	}
	c, err := resultlog.OpenCheckpoint(signed, r.keys)
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
	if known != nil {
		log, more, err := known.log.Advance(files, keys)
		if err == nil {
			l.log, l.records = log, append(known.records[:len(known.records):len(known.records)], more...)
		}
		return err
	}
	log, records, err := resultlog.Open(name, files, keys)
	if err == nil {
		l.log, l.records = log, records
	}
	return err
}

// commitsBehind are tip and what lies behind it over first parents, down to stop
// or as far as we look.
func commitsBehind(store Store, tip, stop string) ([]string, error) {
	var out []string
	for commit := tip; commit != "" && len(out) < lookBack; {
		out = append(out, commit)
		if commit == stop {
			break
		}
		info, err := store.Info(commit)
		if err != nil {
			return nil, err
		}
		commit = ""
		if len(info.Parents) > 0 {
			commit = info.Parents[0]
		}
	}
	return out, nil
}

// bySize puts the commits in the order of what their checkpoints sign, the most
// first, and of equal ones the newest; what has no good checkpoint comes last.
func (r *logReader) bySize(store Store, commits []string) []string {
	type sized struct {
		commit string
		size   int64
	}
	var list []sized
	for _, commit := range commits {
		s := sized{commit, r.size(store, commit)}
		at := len(list)
		for at > 0 && list[at-1].size < s.size {
			at--
		}
		list = append(list[:at], append([]sized{s}, list[at:]...)...)
	}
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = s.commit
	}
	return out
}
