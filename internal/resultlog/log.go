package resultlog

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/patchops/patchops/internal/canonical"
)

// Log is the state of one log: what of it a writer and a reader need. It does
// not change; Append and Advance return the next. Only New and Open make one.
type Log struct {
	Name Name
	// Size is the number of records.
	Size int64
	// Keys are the verifier keys that the keys file lists: a help for readers,
	// trusted by nobody.
	Keys []string
	// Fence and Time are those of the newest record, 0 without records.
	Fence int64
	Time  time.Time
	// Checkpoint is the signed note over all records, nil without records.
	Checkpoint []byte

	tree  *tree
	parts []part // its segments
	// added are log keys that key.add records (adds) brought in, and revoked those
	// of which key.revoke records tell.
	added   []string
	adds    []placed
	revoked []string
	// spoken is the size up to the last record that is not about the log alone.
	spoken int64
}

// MaxSegment is the length of the longest segment that is written.
const MaxSegment = 32 << 20

// Slack is how far a record's time may lie before that of the record before.
const Slack = 2 * time.Second

// New is a log without records, with the keys to list.
func New(name Name, keys []string) *Log {
	return &Log{Name: name, Keys: keys, tree: &tree{}}
}

// Open reads the newest state of a log from the tree of its branch, checks the
// checkpoint's signature by one of the keys, or a key that they endorsed, and
// every record under its root. What does not hold is a *Fault.
func Open(name Name, files fs.FS, keys note.Verifiers) (*Log, []Record, error) {
	return New(name, nil).Advance(files, keys)
}

// Advance reads what files hold beyond l, which must still be their beginning, and
// returns the log after it and the new records. Of files that know their contents'
// ids (Identifier) only what is new is read.
func (l *Log) Advance(files fs.FS, keys note.Verifiers) (*Log, []Record, error) {
	var records []Record
	next, err := l.Read(files, keys, func(_ Place, r *Record) error {
		records = append(records, *r)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return next, records, nil
}

// Update is what to write into the branch's tree: files by path, and the signed
// checkpoint that they are under.
type Update struct {
	Files      map[string][]byte
	Checkpoint []byte
	Records    []Record // with their Seq
}

// Append numbers the records from Size, gives those without a fence this one, and
// returns the files to add and the log after them. The fence stands in the
// checkpoint. A time or fence that goes back is an error.
func (l *Log) Append(records []Record, fence int64, signer note.Signer) (*Log, Update, error) {
	if len(records) == 0 {
		return nil, Update{}, errors.New("no records to append")
	}
	next := *l
	out := make([]Record, len(records))
	lines, leaves, errs := linesOf(out, func(i int) {
		r := &out[i]
		*r = records[i]
		if r.V, r.Seq = Version, l.Size+int64(i); r.Fence == 0 {
			r.Fence = fence
		}
	})
	for i := range out {
		r, err := &out[i], errs[i]
		if err == nil {
			err = next.follow(r)
		}
		if err != nil {
			return nil, Update{}, fmt.Errorf("record %d: %w", r.Seq, err)
		}
		if r.Kind == KeyAdd {
			next.adds = append(slices.Clip(next.adds), placed{Place{segmentName(l.Size), i + 1, r.Seq}, *r})
		}
	}
	segment := joined(lines)
	if len(segment) > MaxSegment {
		return nil, Update{}, fmt.Errorf("%d records of %d bytes, wanted at most %d bytes in one append", len(records), len(segment), MaxSegment)
	}
	if next.tree = l.tree; next.tree == nil {
		next.tree = &tree{}
	}
	next.tree = next.tree.grow(l.Size, leaves)
	next.Size += int64(len(records))
	if next.Fence > fence {
		return nil, Update{}, fmt.Errorf("fence %d, and a record has %d", fence, next.Fence)
	}
	next.parts = append(slices.Clip(l.parts), part{first: l.Size, lines: int64(len(records))})
	var err error
	c := Checkpoint{Origin: l.Name.Origin(), Size: next.Size, Root: next.tree.root(next.Size), Fence: fence}
	if next.Checkpoint, err = c.Sign(signer); err != nil {
		return nil, Update{}, fmt.Errorf("checkpoint: %w", err)
	}
	files := map[string][]byte{segmentName(l.Size): segment, checkpointFile: next.Checkpoint}
	if l.Size == 0 && len(l.Keys) > 0 || next.keysGrown(l) {
		files[keysFile] = keysText(next.Keys)
	}
	return &next, Update{Files: files, Checkpoint: next.Checkpoint, Records: out}, nil
}

// follow takes one record on, if it may stand behind those before.
func (l *Log) follow(r *Record) error {
	t, err := r.time()
	switch {
	case err != nil:
		return err
	case !l.Time.IsZero() && t.Before(l.Time.Add(-Slack)):
		return fmt.Errorf("time %s, and the record before has %s", r.T, Instant(l.Time))
	case r.Fence < l.Fence:
		return fmt.Errorf("fence %d, and the record before has %d", r.Fence, l.Fence)
	}
	l.Time, l.Fence = t, r.Fence
	if !r.aboutTheLog() {
		l.spoken = r.Seq + 1
	}
	return l.keyRecord(r)
}

// Consistent proves that l extends what an older checkpoint signed, by a proof as
// anybody can check it. If not, the *Fault holds both checkpoints. One that the owners
// of the root of trust let go is not asked for (SetAside).
func (l *Log) Consistent(old []byte, keys note.Verifiers) error {
	c, err := l.open(old, keys)
	if err != nil && l.SetAside(old, keys) != "" {
		return nil
	}
	if err != nil {
		return err
	}
	if c.Origin != l.Name.Origin() {
		return fmt.Errorf("%w: of %q, wanted %q", ErrCheckpoint, c.Origin, l.Name.Origin())
	}
	if why := l.extends(c); why != "" {
		f := fault(l.Name, "%s", why)
		f.Checkpoints = []string{string(old), string(l.Checkpoint)}
		return f
	}
	return nil
}

// extends says why the log is not what a checkpoint signed, and more; or "".
func (l *Log) extends(c Checkpoint) string {
	if c.Size > l.Size {
		return fmt.Sprintf("rewound: %d records were signed, %d are there", c.Size, l.Size)
	}
	if c.Size == 0 {
		return ""
	}
	p, err := tlog.ProveTree(l.Size, c.Size, l.tree)
	if err == nil {
		err = tlog.CheckTree(p, l.Size, l.tree.root(l.Size), c.Size, c.Root)
	}
	if err != nil {
		return fmt.Sprintf("forked: the first %d records are not those that were signed", c.Size)
	}
	return ""
}

// Blob is where a large value stands in the branch's tree, and its digest, by
// which records name it. It may be removed later: no proof covers it.
func Blob(content []byte) (path, digest string) {
	digest = canonical.Digest(content)
	return blobFolder + "/" + digest[len("sha256:"):], digest
}

// Successor names the log that follows in a year, and its first record, if l is
// full or of an earlier year. T is for the caller to set.
func (l *Log) Successor(year int) (Name, Record, bool) {
	next := l.Name
	switch {
	case year > l.Name.Year:
		next.Year, next.Part = year, 0
	case l.Size >= MaxRecords:
		next.Part = max(next.Part, 1) + 1
	default:
		return l.Name, Record{}, false
	}
	return next, Record{Kind: Start, Last: string(l.Checkpoint)}, true
}

// Root is the hash of the tree of all records.
func (l *Log) Root() tlog.Hash { return l.tree.root(l.Size) }
