package resultlog

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// History is the branch of a log, commit by commit.
type History interface {
	// Commits are all of them over first parents, oldest first.
	Commits() ([]Commit, error)
	// Changed are the paths that differ between two commits, sorted; from "" is no file.
	Changed(from, to string) ([]Change, error)
	// Files are a commit's.
	Files(commit string) (fs.FS, error)
}

// Commit is one of a log's branch.
type Commit struct {
	ID      string
	Parents int
}

// Change is a path that two commits do not have alike.
type Change struct {
	Path           string
	Added, Removed bool
}

// replay walks a branch: which commits are ours, and which are foreign.
type replay struct {
	log     *Log
	source  Source
	keys    note.Verifiers
	gaps    map[int64]string // commits that gap records name, by sequence number
	good    string           // the last commit that is ours
	size    int64            // and its records
	foreign []string         // commits since
	why     string           // the first of them is foreign
	merged  bool             // one of them is a merge
}

// past is what a branch's history holds, read from it commit by commit.
type past struct {
	commits []pastCommit
	err     error
}

type pastCommit struct {
	Commit
	signed  []byte // its checkpoint, nil if there is none
	before  string // the commit that changes are from
	changes []Change
	err     error // what they cannot be read for
}

// past reads the history; that takes a good part of the time that the records do.
func (s Source) past() (p past) {
	if s.History == nil {
		return p
	}
	commits, err := s.History.Commits()
	if err != nil {
		return past{err: err}
	}
	before := ""
	for _, c := range commits {
		files, err := s.History.Files(c.ID)
		if err != nil {
			return past{err: err}
		}
		read := pastCommit{Commit: c, before: before}
		if read.signed, err = fs.ReadFile(files, checkpointFile); err != nil {
			read.signed = nil
		}
		read.changes, read.err = s.History.Changed(before, c.ID)
		p.commits = append(p.commits, read)
		before = c.ID
	}
	return p
}

// history checks that every commit of a branch extends the one before: segments are
// only added, and every checkpoint ever signed is of a beginning of this log. Commits
// of others must have been undone by one of ours, whose first record is a gap (see admitted).
func (l *Log) history(s Source, read past, keys note.Verifiers, gaps map[int64]string) error {
	if read.err != nil {
		return read.err
	}
	p := &replay{log: l, source: s, keys: keys, gaps: gaps}
	for _, c := range read.commits {
		if err := p.step(c); err != nil {
			return err
		}
	}
	if len(p.foreign) > 0 {
		f := fault(s.Name, "a commit that is not ours: %s", p.why)
		f.Commit = p.foreign[0]
		return f
	}
	return nil
}

func (p *replay) step(c pastCommit) error {
	if c.signed == nil {
		p.strange(c.Commit, "no checkpoint")
		return nil
	}
	point, err := p.log.open(c.signed, p.keys)
	if gone, ok := errors.AsType[*revokedError](err); ok {
		p.strange(c.Commit, fmt.Sprintf("%d records, signed by a log key that the owners revoked as of %d", gone.point.Size, gone.good.Size))
		return nil
	}
	if err != nil || point.Origin != p.log.Name.Origin() {
		p.strange(c.Commit, "no known log key signed its checkpoint")
		return nil
	}
	why := p.log.extends(point)
	if why != "" && p.log.late(c.signed, p.keys, p.size) {
		p.strange(c.Commit, "signed by a log key that the owners revoked, other records than were there")
		return nil
	}
	if why != "" {
		f := fault(p.log.Name, "%s", why)
		f.Commit, f.Checkpoints = c.ID, []string{string(c.signed), string(p.log.Checkpoint)}
		return f
	}
	if c.before != p.good { // behind foreign ones
		c.changes, c.err = p.source.History.Changed(p.good, c.ID)
	}
	if c.err != nil { // no tree of ours: too deep, too large
		p.strange(c.Commit, c.err.Error())
		return nil
	}
	if why := p.extends(c.Commit, point, c.changes); why != "" {
		p.strange(c.Commit, why)
		return nil
	}
	return p.ours(c.Commit, point)
}

func (p *replay) strange(c Commit, why string) {
	if len(p.foreign) == 0 {
		p.why = why
	}
	p.foreign, p.merged = append(p.foreign, c.ID), p.merged || c.Parents > 1
}

// ours takes a commit on; behind foreign ones it must say so.
func (p *replay) ours(c Commit, point Checkpoint) error {
	if len(p.foreign) > 0 && point.Size == p.size {
		p.strange(c, "it restores what was there before, and says nothing of it")
		return nil
	}
	if n := len(p.foreign); n > 0 && !p.admitted(p.foreign[n-1], point.Size) {
		f := fault(p.log.Name, "it follows %s, which is not ours (%s), without a gap record that says so", p.foreign[n-1], p.why)
		f.Commit = c.ID
		return f.at(Place{segmentName(p.size), 1, p.size})
	}
	p.good, p.size, p.foreign, p.merged = c.ID, point.Size, nil, false
	return nil
}

// admitted reports whether the first new record is a gap that names a foreign commit;
// in a log that begins on top of it, the second, behind the root. Where others merged, any of
// the new ones: they may have taken commits of ours out of the line of first parents.
func (p *replay) admitted(foreign string, size int64) bool {
	for seq, commit := range p.gaps {
		if commit == foreign && (seq == p.size || p.size == 0 && seq == 1 || p.merged && p.size < seq && seq < size) {
			return true
		}
	}
	return false
}

// extends says why a commit is not one of ours on top of the last one, or "".
func (p *replay) extends(c Commit, point Checkpoint, changes []Change) string {
	if c.Parents > 1 {
		return "a merge"
	}
	if c.Parents == 0 && p.good != "" {
		return "it has no parent"
	}
	added := 0
	for _, ch := range changes {
		folder, name, below := strings.Cut(ch.Path, "/")
		switch {
		case below && folder == blobFolder && (ch.Added || ch.Removed):
		case below && folder == segmentFolder && ch.Added:
			at := segmentAt(name)
			if at < p.size || at >= point.Size {
				return fmt.Sprintf("segment %s in a log of %d records, with %d before", name, point.Size, p.size)
			}
			added++
		case !below && (ch.Path == checkpointFile || ch.Path == keysFile) && !ch.Removed:
		default:
			return fmt.Sprintf("%s is changed or removed, or does not belong to a log", ch.Path)
		}
	}
	switch {
	case point.Size < p.size:
		return fmt.Sprintf("it goes back to %d records from %d", point.Size, p.size)
	case point.Size > p.size && added == 0, point.Size == p.size && added > 0:
		return fmt.Sprintf("%d segments for records %d to %d", added, p.size, point.Size)
	}
	return ""
}

func segmentAt(name string) int64 {
	var at int64
	if _, err := fmt.Sscanf(name, "%d.jsonl", &at); err != nil || segmentName(at) != segmentFolder+"/"+name {
		return -1
	}
	return at
}

// sharpen names the first record that differs, where a log does not hold: its
// segments are compared with those of the newest commit that does.
func (s Source) sharpen(err error, keys note.Verifiers) error {
	var f *Fault
	if !errors.As(err, &f) || s.History == nil {
		return err
	}
	commits, historyErr := s.History.Commits()
	if historyErr != nil {
		return err
	}
	tries := mostTries
	for _, c := range slices.Backward(commits) {
		files, err := s.History.Files(c.ID)
		if err != nil || !s.signs(files, keys) {
			continue
		}
		if tries--; tries < 0 {
			break
		}
		good, err := New(s.Name, nil).Read(files, keys, func(Place, *Record) error { return nil })
		if err != nil {
			continue
		}
		at, found := good.differs(files, s.Files)
		switch {
		case found && f.Line == 0:
			return f.at(at)
		case found && at.Seq < f.Seq:
			f.Why = "another record than was signed"
			return f.at(at)
		case found || f.Line > 0 || c.ID == s.Tip:
			return f
		}
		break
	}
	if f.Line > 0 {
		return f
	}
	return s.narrow(f, commits, keys)
}

// mostTries is how many commits are read whole to find what a fault is: each may
// hold a million records.
const mostTries = 4

// signs reports whether a commit may be good: by its checkpoint alone.
func (s Source) signs(files fs.FS, keys note.Verifiers) bool {
	signed, err := fs.ReadFile(files, checkpointFile)
	if err != nil {
		return false
	}
	_, err = Peek(signed, s.Name, keys)
	return err == nil
}

// differs finds the first line of a good log that other files have not alike.
func (l *Log) differs(good, other fs.FS) (Place, bool) {
	for _, p := range l.parts {
		name := segmentName(p.first)
		want, err := fs.ReadFile(good, name)
		if err != nil {
			return Place{}, false
		}
		got, _ := fs.ReadFile(other, name) // none differs in its first line
		if bytes.Equal(want, got) {
			continue
		}
		for i := 0; ; i++ {
			w, restW, _ := bytes.Cut(want, []byte("\n"))
			g, restG, _ := bytes.Cut(got, []byte("\n"))
			if !bytes.Equal(w, g) || len(want) == 0 || len(got) == 0 {
				return Place{name, i + 1, p.first + int64(i)}, true
			}
			want, got = restW, restG
		}
	}
	return Place{}, false
}

// narrow is sharpen where no commit holds the records as they were: the first
// checkpoint over other ones says between which records the difference lies.
func (s Source) narrow(f *Fault, commits []Commit, keys note.Verifiers) error {
	whole := New(s.Name, nil)
	firsts, err := whole.segments(s.Files)
	if err != nil {
		return f
	}
	err = eachSegment(s.Files, firsts, func(g segment) error {
		if g.fault != nil {
			return g.fault
		}
		return whole.take(g, func(Place, *Record) error { return nil })
	})
	if err != nil {
		return f
	}
	before := int64(0)
	for _, c := range commits {
		files, err := s.History.Files(c.ID)
		if err != nil {
			return f
		}
		signed, err := fs.ReadFile(files, checkpointFile)
		if err != nil {
			continue
		}
		point, err := whole.open(signed, keys)
		if err != nil {
			continue
		}
		if whole.extends(point) != "" {
			f.Commit = c.ID
			f.Why = fmt.Sprintf("hash mismatch: records %d to %d are not those that were signed", before, point.Size-1)
			return f.at(Place{segmentName(before), 1, before})
		}
		before = point.Size
	}
	return f
}
