package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/controller"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/trust"
	"github.com/patchops/patchops/internal/wal"
)

// authorityFlags are the flags of every command that works with the root of trust
// and the remote.
type authorityFlags struct {
	rootFile, stateDir, remote string
	offline                    bool
}

// add gives a command the flags.
func (f *authorityFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.rootFile, "root", "", "the root of trust `FILE` (default: root.json of this repository in the configuration folder)")
	flags.StringVar(&f.stateDir, "state", "", "keep this machine's state in `DIR` (default: in the state folder)")
	flags.StringVar(&f.remote, "remote", "origin", "the `NAME` of the remote that holds main, the logs and the approvals")
	flags.BoolVar(&f.offline, "offline", false, "do not fetch: judge what was fetched last")
}

// authorityEnv is what those commands start from.
type authorityEnv struct {
	authorityFlags
	repo   repository      // the user's clone; its prefix is that of the documents
	clone  *git.Clone      // the same, with its remote; fetched unless offline
	git    *git.Repository // opened after the fetch; close closes it
	id     string          // of the repository: of the root, else of patchops.yaml
	target string          // the branch that changes are for, of the root, else of patchops.yaml
	config *spec.Config    // of the remote's target branch, else of the work tree; no authority
	trust  *trust.Root     // verified; nil where optional and this machine has none
	signed trust.Signed    // the same as it was signed
	folder string          // of this repository in the configuration folder: log.key lies there
	file   string          // of the root
	state  string          // folder of this machine's state; not made yet
	child  pipeline.Child
	now    time.Time
	// chains are the tips of people's chains that the log holds, where it was read.
	chains map[string]string
}

// authority finds the clone, fetches, and reads the root of trust that this
// machine has for it. A root that a repository holds is never looked at (R2).
// Without optional, a machine without root is an error.
func (a *app) authority(ctx context.Context, f authorityFlags, optional bool, refspecs ...string) (*authorityEnv, error) {
	repo, err := a.repository()
	if err != nil {
		return nil, err
	}
	e := &authorityEnv{authorityFlags: f, repo: repo, child: a.child(ctx), now: a.env.Now().UTC()}
	e.clone, err = git.CloneAt(ctx, repo.top, f.remote, "")
	if errors.Is(err, git.ErrNoRemote) {
		return nil, usage("%s: %w named %q: changes, approvals and the log meet there\n"+
			"git remote add %s URL && git push %s main, or give --remote NAME", repo.top, git.ErrNoRemote, f.remote, f.remote, f.remote)
	}
	if err != nil {
		return nil, err
	}
	a.authorise(e.clone)
	if !f.offline {
		if err := e.clone.Fetch(ctx, refspecs...); err != nil {
			return nil, unfetched(f.remote, err)
		}
	}
	if e.git, err = e.clone.Repository(); err != nil {
		return nil, err
	}
	if err := e.readConfig(ctx); err != nil {
		return nil, errors.Join(err, e.git.Close())
	}
	if err := a.readRoot(e, optional); err != nil {
		return nil, errors.Join(err, e.git.Close())
	}
	return e, nil
}

// unfetched says that a fetch failed, without what each layer below calls it.
func unfetched(remote string, err error) error {
	text := strings.TrimPrefix(err.Error(), "fetch: ")
	if errors.Is(err, git.ErrRemote) {
		text = strings.Replace(text, ": git fetch: ", ": ", 1) + "\nis that its address (git remote -v), and the network up? then try again"
	}
	return statusError{statusOf(err), fmt.Errorf("fetch %s: %s", remote, text)}
}

// absent says what a change may be that the remote has no branch for.
func (e *authorityEnv) absent(name string) string {
	if _, err := e.git.Resolve("refs/heads/" + name); err == nil && e.clone != nil {
		return fmt.Sprintf("it is a branch of this clone only: git push %s %s", e.remote, name)
	}
	return "a branch that was not pushed yet, or was deleted?"
}

// landed reports whether a branch of the remote is in the history of the target branch
// already, and the tips of both.
func (e *authorityEnv) landed(name string) (head, target string, yes bool) {
	head, err := e.git.Resolve("refs/remotes/" + e.remote + "/" + name)
	if err != nil {
		return "", "", false
	}
	target, err = e.git.Resolve("refs/remotes/" + e.remote + "/" + e.target)
	if err != nil {
		return "", "", false
	}
	there, err := e.git.IsAncestor(head, target)
	return head, target, err == nil && there
}

// close releases the repository's pack files.
func (e *authorityEnv) close() { _ = e.git.Close() }

// readConfig reads patchops.yaml: which repository this is, before anything is
// trusted. A work tree says which branch is main; that branch says the rest.
func (e *authorityEnv) readConfig(ctx context.Context) error {
	e.config = configOf(os.DirFS(e.repo.dir))
	branches, err := e.clone.Branches(ctx, "")
	if err != nil {
		return err
	}
	if tip := branches[e.config.MainBranch]; tip != "" {
		tree, err := e.git.Tree(tip, e.repo.prefix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil {
			if c := configOf(tree); c.RepositoryID != "" {
				e.config = c
			}
		}
	}
	e.id, e.target = e.config.RepositoryID, e.config.MainBranch
	return nil
}

// largestConfig bounds a patchops.yaml that is read before all else.
const largestConfig = 1 << 20

func configOf(files fs.FS) *spec.Config {
	src, err := fs.ReadFile(files, "patchops.yaml")
	if err == nil && len(src) <= largestConfig {
		docs, _ := document.ParseYAML("patchops.yaml", src)
		for i := range docs {
			if docs[i].IsPatchops() && docs[i].ID.Kind == "Config" {
				return spec.ParseConfig(&docs[i])
			}
		}
	}
	return spec.ParseConfig(nil)
}

func (a *app) readRoot(e *authorityEnv, optional bool) error {
	if e.id == "" && e.rootFile == "" {
		return usage("patchops.yaml of %q has no repositoryId: that is how a machine knows a repository\nrun patchops init, or give --repo DIR or --root FILE", e.repo.dir)
	}
	if e.id != "" && !trust.IsRepository(e.id) {
		return usage("repositoryId in patchops.yaml of %s is %q, wanted letters, digits and hyphens", e.target, e.id)
	}
	if err := a.folders(e); err != nil {
		return err
	}
	e.file = filepath.Join(e.folder, "root.json")
	if e.rootFile != "" {
		e.file = a.absolute(e.rootFile)
	}
	signed, root, err := readRootFile(e.file)
	if errors.Is(err, fs.ErrNotExist) {
		if optional && e.rootFile == "" {
			return nil
		}
		return noRoot(e)
	}
	if err != nil {
		return err
	}
	if e.id != "" && e.id != root.Repository {
		return fmt.Errorf("%w: %s is of repository %q, and patchops.yaml of %s says %q\n"+
			"the owner of this repository has its root.json: patchops trust pin FILE", trust.ErrRoot, e.file, root.Repository, e.target, e.id)
	}
	e.signed, e.trust, e.id, e.target = signed, &root, root.Repository, root.Target
	return a.folders(e)
}

func noRoot(e *authorityEnv) error {
	return statusError{exitError, fmt.Errorf("no root of trust at %s: this machine does not know whom to believe\n"+
		"the owner of the repository runs patchops trust init once; others get root.json from them and run patchops trust pin FILE", e.file)}
}

// folders are where this machine keeps what belongs to the repository.
func (a *app) folders(e *authorityEnv) error {
	config, err := a.xdg("XDG_CONFIG_HOME", ".config")
	if err != nil {
		return err
	}
	e.folder = filepath.Join(config, "patchops", e.id)
	if e.stateDir != "" {
		e.state = a.absolute(e.stateDir)
		return nil
	}
	state, err := a.xdg("XDG_STATE_HOME", ".local/state")
	e.state = filepath.Join(state, "patchops", e.id)
	return err
}

func (a *app) xdg(variable, inHome string) (string, error) {
	if dir := a.env.Getenv(variable); filepath.IsAbs(dir) {
		return dir, nil
	}
	home := a.env.Getenv("HOME")
	if home == "" {
		return "", usage("neither %s nor HOME is set: give --root FILE and --state DIR, or set one", variable)
	}
	return filepath.Join(home, filepath.FromSlash(inHome)), nil
}

// readRootFile reads and verifies a root of trust; one that others may write is
// refused.
func readRootFile(file string) (trust.Signed, trust.Root, error) {
	b, err := readOwn(file, 0o002)
	if err != nil {
		return trust.Signed{}, trust.Root{}, err
	}
	signed, err := trust.Parse(b)
	if err != nil {
		return trust.Signed{}, trust.Root{}, fmt.Errorf("%s: %w", file, err)
	}
	root, err := signed.Open()
	if err != nil {
		err = fmt.Errorf("%s: %w", file, err)
	}
	return signed, root, err
}

// readOwn reads a file of the user's of at most 1 MiB, unless its mode has one of
// the bits that must not be.
func readOwn(file string, never fs.FileMode) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > 1<<20 {
		return nil, fmt.Errorf("%s: no regular file of at most 1 MiB", file)
	}
	if bad := info.Mode().Perm() & never; bad != 0 {
		return nil, fmt.Errorf("%w: %s has mode %04o, so that others can reach it\nrun chmod %04o %s", errMode, file, info.Mode().Perm(), info.Mode().Perm()&^never, file)
	}
	return os.ReadFile(file)
}

// errMode says that a file of keys or trust is open to others.
var errMode = errors.New("file is open to others")

// statusOf is the exit status of an error that no command gave one: 4 for
// integrity, 5 for what the same command may get past later, else 1.
func statusOf(err error) int {
	for _, integrity := range []error{resultlog.ErrIntegrity, resultlog.ErrCheckpoint, trust.ErrRoot, wal.ErrCorrupt, git.ErrRewound} {
		if errors.Is(err, integrity) {
			return exitIntegrity
		}
	}
	for _, later := range []error{git.ErrRace, git.ErrRemote, change.ErrMoved, change.ErrLater, change.ErrRemote, controller.ErrHeld, controller.ErrLost, wal.ErrBusy} {
		if errors.Is(err, later) {
			return exitRetry
		}
	}
	if errors.Is(err, git.ErrURL) {
		return exitUsage
	}
	return exitError
}
