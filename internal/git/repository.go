// Package git reads commits (a commit's tree as a file system, revisions, merge
// bases, histories, raw commits for signatures) and, in Clone, fetches, writes
// objects and moves refs of a remote by compare-and-swap. It never checks out, and
// follows nothing that could lead elsewhere: no symlink, submodule, alternate,
// graft, replace ref, hook, and of the configuration only what says how the
// repository is stored and where its remote is (R35, R36, R40).
//
// Reading happens in this process: every object is asked for its size before it is
// inflated, and its bytes are hashed after. An object that should be there and is
// not is an error, never an absent file. Writing is left to the git command, under
// limits; it knows nothing of approvals, logs or leases.
package git

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing/format/config"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

// Errors that callers tell apart.
var (
	ErrNoRepository = errors.New("not a git repository")
	ErrUnsupported  = errors.New("unsupported repository")
	ErrRevision     = errors.New("unknown revision")
	ErrMissing      = errors.New("object is missing")
	ErrTooLarge     = errors.New("object is too large")
	ErrCorrupt      = errors.New("object is corrupt")
	ErrNotFollowed  = errors.New("symlinks and submodules are not followed")
)

// Repository reads one repository. Its methods may be called concurrently.
type Repository struct {
	objects *objects
	commits commits
	dir     *dotgit.DotGit
	files   billy.Filesystem
	common  string // the folder with objects and refs
	shallow bool
	limits  limits
}

// limits bound what one tree may hold.
type limits struct {
	files   int   // regular files
	entries int   // files and folders, so that folders of folders end too
	depth   int   // folders in folders
	file    int64 // bytes of one file
	total   int64 // bytes of all files
}

func defaultLimits() limits {
	return limits{files: 50_000, entries: 200_000, depth: 64, file: 64 << 20, total: 256 << 20}
}

// Open opens the repository whose work tree or bare folder is dir; Root finds
// that folder. It refuses what would read wrong: another object format, unknown
// extensions, and partial clones, whose absent objects look like deletions.
func Open(dir string) (*Repository, error) {
	gitDir, err := gitDirOf(dir)
	if err != nil {
		return nil, err
	}
	common, err := commonDir(gitDir)
	if err != nil {
		return nil, err
	}
	files := filesOf(gitDir, common)
	if err := supported(files); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	d := dotgit.New(files)
	objects, err := openObjects(d)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	shallow, err := files.Stat("shallow")
	return &Repository{objects: objects, dir: d, files: files, common: common, limits: defaultLimits(), shallow: err == nil && shallow.Size() > 0}, nil
}

// Close releases the pack files.
func (r *Repository) Close() error { return r.objects.close() }

// Root finds the repository that dir lies in. root is the work tree, or the
// folder of a bare repository; prefix is the slash path from root to dir, ""
// when they are the same. Symlinks in dir are resolved first.
func Root(dir string) (root, prefix string, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", "", err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", "", err
	}
	for root = dir; ; root = filepath.Dir(root) {
		if _, err := gitDirOf(root); err == nil {
			break
		} else if !errors.Is(err, ErrNoRepository) {
			return "", "", err
		}
		if root == filepath.Dir(root) {
			return "", "", fmt.Errorf("%s: %w, nor is any folder above", dir, ErrNoRepository)
		}
	}
	prefix, err = filepath.Rel(root, dir)
	if prefix == "." {
		prefix = ""
	}
	return root, filepath.ToSlash(prefix), err
}

// gitDirOf is the folder with HEAD: dir/.git, where a file .git points to
// (linked worktrees), or dir itself (bare).
func gitDirOf(dir string) (string, error) {
	dotGit := filepath.Join(dir, ".git")
	info, err := os.Stat(dotGit)
	switch {
	case err == nil && info.IsDir() && isGitDir(dotGit):
		return dotGit, nil
	case err == nil && info.Mode().IsRegular():
		return pointedTo(dotGit)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", err
	case isGitDir(dir):
		return dir, nil
	}
	return "", fmt.Errorf("%s: %w", dir, ErrNoRepository)
}

func isGitDir(dir string) bool {
	head, err := os.Stat(filepath.Join(dir, "HEAD"))
	if err != nil || head.IsDir() {
		return false
	}
	if _, err := os.Stat(filepath.Join(dir, "commondir")); err == nil {
		return true
	}
	objects, err := os.Stat(filepath.Join(dir, "objects"))
	return err == nil && objects.IsDir()
}

// pointedTo reads a file of one line: "gitdir: PATH".
func pointedTo(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	path, ok := strings.CutPrefix(strings.TrimRight(string(b), "\r\n"), "gitdir: ")
	if !ok {
		return "", fmt.Errorf("%s: %w: want one line `gitdir: PATH`", file, ErrNoRepository)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(file), path)
	}
	if !isGitDir(path) {
		return "", fmt.Errorf("%s: %w: points to %s", file, ErrUnsupported, path)
	}
	return path, nil
}

// filesOf is a git folder, joined with the common one of a linked worktree.
func filesOf(gitDir, common string) billy.Filesystem {
	if own, err := filepath.Abs(gitDir); err == nil && own == common {
		return osfs.New(gitDir)
	}
	return dotgit.NewRepositoryFilesystem(osfs.New(gitDir), osfs.New(common))
}

// supported reads from the configuration how objects are stored, nothing else.
func supported(files billy.Filesystem) error {
	f, err := files.Open("config")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	c := config.New()
	if err := config.NewDecoder(f).Decode(c); err != nil {
		return fmt.Errorf("config: %w", err)
	}
	if v := c.Section("core").Option("repositoryformatversion"); v != "" && v != "0" && v != "1" {
		return fmt.Errorf("%w: repository format version %q, want 0 or 1", ErrUnsupported, v)
	}
	for _, o := range c.Section("extensions").Options {
		if err := extension(strings.ToLower(o.Key), strings.ToLower(o.Value)); err != nil {
			return err
		}
	}
	for _, remote := range c.Section("remote").Subsections {
		if strings.EqualFold(remote.Option("promisor"), "true") {
			return fmt.Errorf("%w: a partial clone (remote %q is a promisor); clone without --filter", ErrUnsupported, remote.Name)
		}
	}
	return nil
}

// extension refuses what changes how objects or refs are read.
func extension(key, value string) error {
	switch key {
	case "noop", "noop-v1", "preciousobjects", "worktreeconfig", "relativeworktrees":
		return nil
	case "objectformat":
		if value == "sha1" {
			return nil
		}
		return fmt.Errorf("%w: object format %q, want sha1", ErrUnsupported, value)
	case "refstorage":
		if value == "files" {
			return nil
		}
		return fmt.Errorf("%w: ref storage %q, want files", ErrUnsupported, value)
	case "partialclone":
		return fmt.Errorf("%w: a partial clone; clone without --filter", ErrUnsupported)
	}
	return fmt.Errorf("%w: extension %q", ErrUnsupported, key)
}
