package resultlog

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/trust"
)

// Source is one log's branch, to be verified.
type Source struct {
	Name   Name
	Branch string // as faults name it; "" for CLIENT/YEAR
	Tip    string // commit
	Files  fs.FS  // of the tip
	// History is how the branch came to be; nil: only the tip is judged.
	History History
	// Seen are signed checkpoints from before: the log must extend each.
	Seen [][]byte
}

// Options are what a verifier trusts.
type Options struct {
	// Keys are the log keys that count: the root's.
	Keys note.Verifiers
	// Root is the root of trust, nil if only keys are known.
	Root *trust.Root
	// Whole says that these are all logs of the repository: then what a rollout rests on
	// must be in one of them.
	Whole bool
	// Visit sees every record as it is read, in the order of the logs; it may be nil.
	Visit func(Name, Place, *Record) error
}

// Verified is one log that holds.
type Verified struct {
	Source Source
	Log    *Log
	Blobs  int // in the tip; records may name more, which were removed
	// Notes say which older checkpoints were let go, and why.
	Notes []string
}

// Verify checks logs: of each every byte under its checkpoint, the history of its
// branch, and that no record lacks the authority that it claims. It returns the logs
// that hold, by client and year, and the first *Fault, or what could not be read.
func Verify(sources []Source, o Options) ([]Verified, error) {
	sources = slices.Clone(sources)
	slices.SortFunc(sources, func(a, b Source) int {
		return cmp.Or(cmp.Compare(a.Name.Client, b.Name.Client), cmp.Compare(a.Name.Year, b.Name.Year), cmp.Compare(a.Name.Part, b.Name.Part))
	})
	var out []Verified
	var client *rules
	var roots []givenRoot
	shared := newCopies()
	for _, s := range sources {
		var before *Log
		if n := len(out); n > 0 && out[n-1].Log.Name.before(s.Name) {
			before = out[n-1].Log
		} else {
			client = newRules(o.Root, shared)
		}
		v, err := s.verify(o, client, before)
		if err != nil {
			return out, s.named(err)
		}
		out = append(out, v)
		roots, client.roots = append(roots, client.roots...), nil
		shared.cites(client.run)
	}
	if err := shared.borneOut(o); err != nil {
		return nil, err
	}
	if err := linked(o.Root, roots); err != nil {
		return nil, err
	}
	return out, nil
}

// named puts branch and tip into a fault.
func (s Source) named(err error) error {
	var f *Fault
	if !errors.As(err, &f) {
		return err
	}
	named := *f
	if s.Branch != "" {
		named.Branch = s.Branch
	}
	named.Commit = cmp.Or(f.Commit, s.Tip)
	return &named
}

func (s Source) verify(o Options, client *rules, before *Log) (Verified, error) {
	client.name = s.Name
	keys := o.Keys
	if before != nil {
		keys = before.verifiers(keys)
	}
	gaps := map[int64]string{}
	var read past
	reading := make(chan struct{})
	go func() {
		defer close(reading)
		read = s.past()
	}()
	l, err := New(s.Name, nil).Read(s.Files, keys, func(p Place, r *Record) error {
		why := ""
		if p.Seq == 0 {
			why = client.first(r, before, o.Keys)
		}
		if why == "" {
			why = client.judge(p, r)
		}
		if why != "" {
			return fault(s.Name, "%s: %s", r.Kind, why).at(p)
		}
		if r.Kind == Gap {
			gaps[p.Seq] = r.Commit
		}
		if o.Visit != nil {
			return o.Visit(s.Name, p, r)
		}
		return nil
	})
	<-reading
	if err != nil {
		return Verified{}, s.sharpen(err, keys)
	}
	var notes []string
	for _, seen := range s.Seen {
		if err := l.Consistent(seen, keys); err != nil {
			return Verified{}, err
		}
		if why := l.SetAside(seen, keys); why != "" {
			notes = append(notes, cmp.Or(s.Branch, s.Name.Log())+": "+why)
		}
	}
	blobs, err := blobs(s.Name, s.Files)
	if err != nil {
		return Verified{}, err
	}
	if err := l.history(s, read, keys, gaps); err != nil {
		return Verified{}, err
	}
	if text, err := fs.ReadFile(s.Files, keysFile); err == nil {
		l.Keys = parseKeys(text)
	}
	return Verified{s, l, len(blobs), notes}, nil
}

// blobs checks that each is what its name says.
func blobs(n Name, files fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(files, blobFolder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		name := blobFolder + "/" + e.Name()
		if !e.Type().IsRegular() {
			return nil, fault(n, "%s is no file", name)
		}
		if large := tooLarge(files, name, mostBlob); large != nil {
			return nil, large.of(n)
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		if canonical.Digest(content) != "sha256:"+e.Name() {
			return nil, fault(n, "%s has the digest %s", name, canonical.Digest(content))
		}
		out = append(out, e.Name())
	}
	return out, nil
}

// Revoked are the log keys of which the log's records tell that they are revoked.
func (l *Log) Revoked() []string { return slices.Clone(l.revoked) }
