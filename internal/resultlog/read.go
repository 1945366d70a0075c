package resultlog

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The files of a log's tree.
const (
	segmentFolder  = "seg"
	blobFolder     = "blob"
	checkpointFile = "checkpoint"
	keysFile       = "keys"
)

func segmentName(first int64) string { return fmt.Sprintf("%s/%012d.jsonl", segmentFolder, first) }

// Read is Advance for logs that do not fit into memory: visit sees each new
// record, in order, before the checkpoint over all of them is checked. It must not
// keep the pointer.
func (l *Log) Read(files fs.FS, keys note.Verifiers, visit func(Place, *Record) error) (*Log, error) {
	checkpoint, err := l.listing(files)
	if err != nil {
		return nil, err
	}
	next := *l
	if next.tree == nil {
		next.tree = &tree{}
	}
	segments, err := next.segments(files)
	if err != nil {
		return nil, err
	}
	next.adds = slices.Clip(l.adds)
	err = eachSegment(files, segments, func(s segment) error {
		if s.fault != nil {
			return s.fault.of(l.Name)
		}
		return next.take(s, func(p Place, r *Record) error {
			if r.Kind == KeyAdd {
				next.adds = append(next.adds, placed{p, *r})
			}
			return visit(p, r)
		})
	})
	if err != nil {
		return nil, err
	}
	if next.added, err = next.endorse(next.adds, keys); err != nil {
		return nil, err
	}
	if err := next.sealed(checkpoint, keys); err != nil {
		return nil, err
	}
	return &next, nil
}

// take adds the records of one segment.
func (l *Log) take(s segment, visit func(Place, *Record) error) error {
	if s.first != l.Size {
		return fault(l.Name, "segment %s follows %d records, wanted %s", s.name, l.Size, segmentName(l.Size))
	}
	for i := range s.records {
		r, p := &s.records[i], Place{s.name, i + 1, l.Size + int64(i)}
		if r.Seq != p.Seq {
			return fault(l.Name, "sequence number %d, wanted %d", r.Seq, p.Seq).at(p)
		}
		if err := l.follow(r); err != nil {
			return fault(l.Name, "%v", err).at(p)
		}
		if err := visit(p, r); err != nil {
			return err
		}
	}
	l.tree = l.tree.grow(l.Size, s.leaves)
	l.Size += int64(len(s.leaves))
	l.parts = append(l.parts, part{s.first, int64(len(s.leaves)), s.id})
	return nil
}

// sealed checks the checkpoint over everything that was read.
func (l *Log) sealed(signed []byte, keys note.Verifiers) error {
	c, err := l.open(signed, keys)
	if err != nil {
		return fault(l.Name, "checkpoint: %v", err)
	}
	if why := l.under(c); why != "" {
		return fault(l.Name, "checkpoint: %s", why)
	}
	if why := l.begins(l.verifiers(keys)); why != "" {
		return fault(l.Name, "%s", why)
	}
	l.Checkpoint = signed
	return nil
}

// under says why a checkpoint is not the one over all records, or "".
func (l *Log) under(c Checkpoint) string {
	switch {
	case c.Origin != l.Name.Origin():
		return fmt.Sprintf("of %q, wanted %q", c.Origin, l.Name.Origin())
	case c.Size != l.Size:
		return fmt.Sprintf("over %d records, and %d are there", c.Size, l.Size)
	case c.Root != l.tree.root(l.Size):
		return fmt.Sprintf("hash mismatch: it signs root %s, the records have %s", c.Root, l.tree.root(l.Size))
	case c.Fence < l.Fence:
		return fmt.Sprintf("fence %d, and the last record has %d", c.Fence, l.Fence)
	}
	return ""
}

// listing reads the files beside the segments, and refuses what does not belong.
func (l *Log) listing(files fs.FS) (checkpoint []byte, err error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		folder := e.Name() == segmentFolder || e.Name() == blobFolder
		file := e.Name() == checkpointFile || e.Name() == keysFile
		if (!folder || !e.IsDir()) && (!file || !e.Type().IsRegular()) {
			return nil, fault(l.Name, "%q does not belong to a log", e.Name())
		}
	}
	if large := tooLarge(files, checkpointFile, mostCheckpoint); large != nil {
		return nil, large.of(l.Name)
	}
	if checkpoint, err = fs.ReadFile(files, checkpointFile); errors.Is(err, fs.ErrNotExist) {
		return nil, fault(l.Name, "no checkpoint")
	}
	return checkpoint, err
}

// How long files of a log are at most, beside segments: nobody writes longer ones, and none
// is read.
const (
	mostCheckpoint = 64 << 10
	mostBlob       = 64 << 20
)

// tooLarge is a file longer than any that was written, nil where it is not.
func tooLarge(files fs.FS, name string, most int64) *Fault {
	info, err := fs.Stat(files, name)
	if err != nil || info.Size() <= most {
		return nil
	}
	return &Fault{Segment: name, Seq: -1, Why: fmt.Sprintf("%d bytes, wanted at most %d", info.Size(), most)}
}

// Identifier is a file system that knows of a file which content it has, without
// reading it: the same id, the same bytes; "" if it does not know.
type Identifier interface{ ContentID(name string) string }

func contentID(files fs.FS, name string) string {
	if i, ok := files.(Identifier); ok {
		return i.ContentID(name)
	}
	return ""
}

// part is a segment that was read or written.
type part struct {
	first, lines int64
	id           string // of its content, "" if unknown
}

// segments lists those that begin where l ends or later. The ones before must be
// those that l knows.
func (l *Log) segments(files fs.FS) ([]int64, error) {
	entries, err := fs.ReadDir(files, segmentFolder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var firsts []int64 // fs.ReadDir sorts, and the names are of one length
	for _, e := range entries {
		first, err := strconv.ParseInt(strings.TrimSuffix(e.Name(), ".jsonl"), 10, 64)
		if err != nil || segmentName(first) != segmentFolder+"/"+e.Name() || !e.Type().IsRegular() {
			return nil, fault(l.Name, "%q is no name of a segment", e.Name())
		}
		firsts = append(firsts, first)
	}
	l.parts = slices.Clone(l.parts)
	for i := range l.parts {
		if i >= len(firsts) || firsts[i] != l.parts[i].first {
			return nil, fault(l.Name, "segment %s is missing, or others are where it should be", segmentName(l.parts[i].first))
		}
		if err := l.unchanged(files, &l.parts[i]); err != nil {
			return nil, err
		}
	}
	return firsts[len(l.parts):], nil
}

// unchanged checks that a known segment has the lines that it had.
func (l *Log) unchanged(files fs.FS, p *part) error {
	id := contentID(files, segmentName(p.first))
	if id != "" && id == p.id {
		return nil
	}
	s, err := readSegment(files, p.first)
	if err != nil {
		return err
	}
	if s.fault != nil {
		return s.fault.of(l.Name)
	}
	for i, leaf := range s.leaves {
		place := Place{s.name, i + 1, p.first + int64(i)}
		if int64(i) >= p.lines || leaf != l.tree.leaf(place.Seq) {
			return fault(l.Name, "another record than was there").at(place)
		}
	}
	if int64(len(s.leaves)) < p.lines {
		return fault(l.Name, "segment %s has lost records", s.name)
	}
	p.id = id
	return nil
}

// segment is one file of records, parsed.
type segment struct {
	name    string
	first   int64
	id      string // of the content
	records []Record
	leaves  []tlog.Hash
	fault   *Fault // what does not parse
}

// together is how many bytes of lines are one text, which costs less than one for each line.
// Whoever keeps a word of a record keeps that text, and not the whole segment.
const together = 2 << 10

// textOf is the text of the first lines: as many as are one text, or a longer one alone.
func textOf(content []byte) string {
	if len(content) > together {
		end := bytes.LastIndexByte(content[:together], '\n') + 1
		if end == 0 {
			end = bytes.IndexByte(content, '\n') + 1
		}
		if end > 0 {
			content = content[:end]
		}
	}
	return string(content)
}

func readSegment(files fs.FS, first int64) (segment, error) {
	s := segment{name: segmentName(first), first: first, id: contentID(files, segmentName(first))}
	if s.fault = tooLarge(files, s.name, MaxSegment); s.fault != nil {
		return s, nil
	}
	content, err := fs.ReadFile(files, s.name)
	if err != nil {
		return s, err
	}
	if len(content) == 0 {
		s.fault = &Fault{Segment: s.name, Seq: -1, Why: "an empty segment"}
	}
	lines := bytes.Count(content, []byte("\n")) + 1
	text := "" // of a few lines, made once
	s.records, s.leaves = make([]Record, 0, lines), make([]tlog.Hash, 0, lines)
	for at := 1; len(content) > 0; at++ {
		if text == "" {
			text = textOf(content)
		}
		line, rest, ended := bytes.Cut(content, []byte("\n"))
		content = rest
		s.records = s.records[:at]
		err := s.records[at-1].parse(text[:len(line)])
		text = text[min(len(text), len(line)+1):]
		if err == nil && !ended {
			err = fmt.Errorf("%w: the last line has no line feed", ErrRecord)
		}
		if err != nil {
			s.fault = (&Fault{Why: err.Error()}).at(Place{s.name, at, first + int64(at) - 1})
			return s, nil
		}
		s.leaves = append(s.leaves, Leaf(line))
	}
	return s, nil
}

// LineOf is the line of a record of l, from files that l was read from.
func (l *Log) LineOf(files fs.FS, seq int64) ([]byte, error) {
	for _, p := range l.parts {
		if seq < p.first || seq >= p.first+p.lines {
			continue
		}
		content, err := fs.ReadFile(files, segmentName(p.first))
		if err != nil {
			return nil, err
		}
		lines := bytes.SplitN(content, []byte("\n"), int(seq-p.first)+2)
		if at := int(seq - p.first); at < len(lines) && Leaf(lines[at]) == l.tree.leaf(seq) {
			return lines[at], nil
		}
		return nil, fault(l.Name, "another record than was there").at(Place{segmentName(p.first), int(seq-p.first) + 1, seq})
	}
	return nil, fmt.Errorf("record %d of %d: %w", seq, l.Size, fs.ErrNotExist)
}
