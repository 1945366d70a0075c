package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Errors of the git command and of servers that callers tell apart.
var (
	// ErrRace: a ref was not where the update expected it; nothing moved.
	ErrRace = errors.New("somebody else was faster")
	// ErrRemote: the server is down, slow or says "later"; try again. After a
	// push it may have moved the refs all the same: fetch and look.
	ErrRemote = errors.New("the remote does not answer")
	// ErrRefused: the server refuses for good (rights, hooks, no atomic pushes),
	// or the update must not be made (it would rewind a ref).
	ErrRefused = errors.New("the remote refuses")
	// ErrURL: a URL or ref name that must not be used (R37).
	ErrURL = errors.New("not an allowed remote")
	// ErrNoRemote: the clone has no remote of that name; it is an ErrURL too.
	ErrNoRemote = errors.New("no remote")
)

// Clone is a local repository with a remote, written by the git command only
// (R36): no hook, alias, replace ref or configuration of the repository counts.
// Its remote's branches are under refs/remotes/<remote>/. Its methods may be
// called concurrently, also from several processes.
type Clone struct {
	dir, remote string
	common      string // the folder with objects and refs
	push, url   string
	header      func(context.Context) ([]string, error) // for the remote's host; may be nil
	own         bool                                    // made by CloneAt: a cache that nobody else writes to

	mu    sync.Mutex
	bad   map[string]Bad
	tired atomic.Bool // packing anew took too long
}

// Person is a name and address in a commit: decoration (R8).
type Person struct{ Name, Email string }

// Commit is one commit as raw bytes say.
type Commit struct {
	ID, Tree   string
	Parents    []string
	Author     Person
	Committer  Person
	CoAuthors  []Person
	Time       time.Time // committer's
	Message    string
	Payload    []byte   // what a signature is over: the raw bytes without gpgsig
	Signatures []string // armoured; exactly one counts
}

// ownMark is a file in a repository that CloneAt made.
const ownMark = "patchops-clone"

var remoteName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

// CloneAt opens the clone in dir; with a url it is made, bare, where absent.
// Without one, remote must be configured there. It talks to nobody. A wrong
// address is ErrURL, a clone that would read wrong (shallow, partial, with
// alternates) ErrUnsupported.
func CloneAt(ctx context.Context, dir, remote, url string) (*Clone, error) {
	if !remoteName.MatchString(remote) {
		return nil, fmt.Errorf("remote %q: %w: want a name of letters, digits, - and _", remote, ErrURL)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if url != "" {
		if err := CheckURL(url); err != nil {
			return nil, err
		}
		if err := create(ctx, dir); err != nil {
			return nil, fmt.Errorf("clone: %w", err)
		}
	}
	c := &Clone{dir: dir, remote: remote, url: url, push: url, bad: map[string]Bad{}}
	if err := c.open(); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return c, nil
}

// open finds the clone's parts and the remote's address.
func (c *Clone) open() error {
	gitDir, err := gitDirOf(c.dir)
	if err != nil {
		return err
	}
	if c.common, err = commonDir(gitDir); err != nil {
		return err
	}
	files := filesOf(gitDir, c.common)
	if err := supported(files); err != nil {
		return err
	}
	if info, err := os.Stat(filepath.Join(c.common, "shallow")); err == nil && info.Size() > 0 {
		return errShallow()
	}
	if info, err := os.Stat(filepath.Join(c.common, "objects/info/alternates")); err == nil && info.Size() > 0 {
		return fmt.Errorf("%w: it borrows objects of another repository; run git repack -a -d and remove %s",
			ErrUnsupported, filepath.Join(c.common, "objects/info/alternates"))
	}
	_, err = os.Stat(filepath.Join(c.common, ownMark))
	c.own = err == nil
	if c.url != "" {
		c.url, c.push = absolute(c.url, c.dir), absolute(c.push, c.dir)
		return nil
	}
	return c.configured(files)
}

// commonDir is the folder that linked worktrees share; else gitDir itself.
func commonDir(gitDir string) (string, error) {
	b, err := os.ReadFile(filepath.Join(gitDir, "commondir"))
	if errors.Is(err, fs.ErrNotExist) {
		return filepath.Abs(gitDir)
	}
	if err != nil {
		return "", err
	}
	common := strings.TrimRight(string(b), "\r\n")
	if !filepath.IsAbs(common) {
		common = filepath.Join(gitDir, common)
	}
	return filepath.Abs(common)
}

// Dir is its folder.
func (c *Clone) Dir() string { return c.dir }

// Repository opens it for reading.
func (c *Clone) Repository() (*Repository, error) { return Open(c.dir) }

// create makes an empty bare repository, whole or not at all.
func create(ctx context.Context, dir string) error {
	if _, err := gitDirOf(dir); err == nil || !errors.Is(err, ErrNoRepository) {
		return err
	}
	err := build(ctx, dir)
	if _, now := gitDirOf(dir); now != nil {
		return errors.Join(err, now)
	}
	// It is there, made here or by somebody else meanwhile; what is left beside
	// it is of those who were killed, or who are too late and remove it themselves:
	// a folder that one of them still fills cannot be removed here.
	left, err := filepath.Glob(dir + making + "*")
	for _, l := range left {
		_ = os.RemoveAll(l)
	}
	return err
}

const making = ".new-"

func build(ctx context.Context, dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	made, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+making)
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(made) }()
	init := job{args: []string{"init", "--quiet", "--bare", "--template=", "--initial-branch=main", made}, dir: made}
	if _, err := run(ctx, init); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(made, ownMark), nil, 0o644); err != nil {
		return err
	}
	_ = os.Remove(dir) // an empty folder may be in the way; a full one stays
	return os.Rename(made, dir)
}
