package cli

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/controller"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/scaffold"
	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/signer"
	"github.com/patchops/patchops/internal/trust"
)

func (a *app) trustCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "trust",
		Short: "The root of trust of this machine: make it, show it, rotate it, revoke a key",
		Long: "The root of trust says whom this machine believes: the owners' keys, how many of\n" +
			"them sign the next root, the key that signs the logs, and the commit that all\n" +
			"authority starts from. It lies outside the repository, which cannot change it.",
		Example: "  patchops trust init\n  patchops trust show",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.trustInitCommand(), a.trustShowCommand(), a.trustPinCommand(), a.trustRotateCommand(), a.trustSignCommand(), a.trustRevokeCommand())
	return cmd
}

type trustInitFlags struct {
	authorityFlags
	forgeFlags
	key    string
	newKey bool
}

// forgeFlags say where changes are proposed.
type forgeFlags struct {
	forge, repository, api string
	id, app, bot           int64
}

func (f *forgeFlags) addForge(cmd *cobra.Command, otherwise string) {
	flags := cmd.Flags()
	flags.StringVar(&f.forge, "forge", "", "where changes are proposed, `git|github` (default: as "+otherwise+" says)")
	flags.StringVar(&f.repository, "forge-repository", "", "the repository there, `OWNER/NAME` (default: as "+otherwise+" says)")
	flags.StringVar(&f.api, "forge-api", "", "the `URL` of its API, of a server of your own")
	flags.Int64Var(&f.id, "forge-id", 0, "its numeric `ID` (default: asked for, with the credential of GITHUB_TOKEN)")
	flags.Int64Var(&f.app, "app", 0, "the numeric `ID` of the app whose checks are ours")
	flags.Int64Var(&f.bot, "bot", 0, "the numeric `ID` of our account")
}

func (a *app) trustInitCommand() *cobra.Command {
	var f trustInitFlags
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Make the root of trust of a repository, once, by its owner",
		Long: "Init makes version 1 of the root of trust: you are its only owner, with your SSH\n" +
			"key; the tip of main, as the remote has it now, is where authority starts: look at\n" +
			"it first, because nobody approved it. It draws the key that will sign the logs.",
		Example: "  patchops trust init\n  patchops trust init --key ~/.ssh/id_ed25519",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.trustInit(cmd, f) },
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.key, "key", "", "the owner's SSH key `FILE` (default: the one you have)")
	flags.BoolVar(&f.newKey, "new-key", false, "draw a new key for the owner, beside the root")
	f.addForge(cmd, "patchops.yaml")
	return cmd
}

func (a *app) trustInit(cmd *cobra.Command, f trustInitFlags) error {
	e, err := a.authority(cmd.Context(), f.authorityFlags, true)
	if err != nil && f.rootFile == "" {
		return err
	}
	if err != nil || e.trust != nil {
		return a.rootThere(e, err, f.rootFile)
	}
	defer e.close()
	branches, err := e.clone.Branches(cmd.Context(), "")
	if err != nil {
		return err
	}
	genesis := branches[e.target]
	if genesis == "" {
		return e.noTarget(branches)
	}
	if earlier := slices.IndexFunc(keys(branches), func(b string) bool { return strings.HasPrefix(b, e.config.LogPrefix+"/") }); earlier >= 0 {
		return statusError{exitError, fmt.Errorf("the remote %s has a log, %s: another root of trust was made for this repository before\n"+
			"get its root.json (and log.key, for the controller) from the owner, another machine or a backup: patchops trust pin FILE", e.remote, keys(branches)[earlier])}
	}
	forge, err := a.forgeOf(cmd.Context(), f.forgeFlags, trust.Forge{Type: e.config.Forge, Repository: e.config.ForgeRepository})
	if err != nil {
		return err
	}
	owner, made, err := a.owner(cmd, e, f)
	if err != nil {
		return err
	}
	manifest, err := e.manifest(genesis)
	if err != nil {
		return err
	}
	verifier, err := a.logKey(e)
	if err != nil {
		return err
	}
	root := trust.Root{
		Version: 1, Repository: e.id, Target: e.target, Forge: forge, Owners: []string{owner.Key().String()}, Threshold: 1,
		LogKeys: []string{verifier}, Genesis: trust.Genesis{Commit: genesis, Manifest: manifest},
	}
	signed, err := signRoot(cmd, root, owner)
	if err != nil {
		return err
	}
	if err := writeOwn(e.file, signed.Encode(), 0o644); err != nil {
		return err
	}
	return a.trustMade(e, signed, root, owner, made)
}

// noTarget says that there is nothing to start from, and what may be meant.
func (e *authorityEnv) noTarget(branches map[string]string) error {
	hint := ""
	if there := keys(branches); len(there) > 0 {
		hint = fmt.Sprintf("\nor set mainBranch in patchops.yaml, for the remote has %s", strings.Join(there[:min(len(there), 3)], ", "))
	}
	return usage("the remote %s has no branch %s to start from: push it first, git push %s %s%s", e.remote, e.target, e.remote, e.target, hint)
}

// rootThere says why there is nothing to make.
func (a *app) rootThere(e *authorityEnv, err error, file string) error {
	if err != nil {
		var s statusError
		if errors.As(err, &s) && s.status == exitError && file != "" {
			return usage("trust init writes to the configuration folder: leave --root %s out, and copy the file where you want it", file)
		}
		return err
	}
	defer e.close()
	return usage("this machine has a root of trust for repository %s already: %s (version %d)\npatchops trust show shows it, patchops trust rotate makes the next version", e.id, e.file, e.trust.Version)
}

// forgeOf is where changes are proposed, with what the flags change. The numbers
// that stay when names change are asked for where there is a credential.
func (a *app) forgeOf(ctx context.Context, f forgeFlags, out trust.Forge) (trust.Forge, error) {
	if f.forge != "" && f.forge != out.Type || f.repository != "" && f.repository != out.Repository {
		out.ID, out.App, out.Bot = 0, 0, 0
	}
	for _, text := range []struct {
		into *string
		flag string
	}{{&out.Type, f.forge}, {&out.Repository, f.repository}, {&out.API, f.api}} {
		if text.flag != "" {
			*text.into = text.flag
		}
	}
	for _, number := range []struct {
		into *int64
		flag int64
	}{{&out.ID, f.id}, {&out.App, f.app}, {&out.Bot, f.bot}} {
		if number.flag != 0 {
			*number.into = number.flag
		}
	}
	switch {
	case out.Type == "git" && f != (forgeFlags{forge: f.forge}):
		return out, usage("changes are branches of plain Git here: give --forge github with what is said of it, or leave that out")
	case out.Type == "git":
		return trust.Forge{Type: "git"}, nil
	case out.Type != "github":
		return out, usage("--forge is %q, wanted git or github", out.Type)
	case out.Repository == "":
		return out, usage("forge github needs --forge-repository OWNER/NAME, or spec.forge.repository in patchops.yaml")
	case out.ID == 0 && (a.env.Getenv(tokenVariable) != "" || a.env.Getenv(appVariable) != ""):
		return a.identified(ctx, out)
	case out.ID < 1:
		return out, usage("forge github needs the repository's numeric id, which stays when names change: set %s, or give --forge-id ID\n"+
			"gh api repos/OWNER/NAME --jq .id prints the id", tokenVariable)
	}
	if err := out.Check(); err != nil {
		return out, usage("%w", err)
	}
	return out, nil
}

// owner is the key of the first owner: an existing one, else a new one.
func (a *app) owner(cmd *cobra.Command, e *authorityEnv, f trustInitFlags) (s signer.Signer, made string, err error) {
	if f.newKey && f.key != "" {
		return nil, "", usage("--key and --new-key: give one of them")
	}
	if !f.newKey {
		s, err = signer.Find(cmd.Context(), a.signing(e, f.key), nil)
		if err == nil || f.key != "" || !strings.Contains(err.Error(), "looked at") {
			return s, "", err
		}
	}
	made = filepath.Join(e.folder, "owner_ed25519")
	if !exists(made) {
		if err := newKey(made); err != nil {
			return nil, "", err
		}
	}
	s, err = signer.Find(cmd.Context(), signer.Options{File: made}, nil)
	return s, made, err
}

// newKey draws an SSH key pair. The private file is unencrypted: its mode keeps it.
func newKey(file string) error {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	block, public, err := signature.MarshalPrivate(private, "patchops owner")
	if err != nil {
		return err
	}
	if err := writeOwn(file, pem.EncodeToMemory(block), 0o600); err != nil {
		return err
	}
	return writeOwn(file+".pub", []byte(public+"\n"), 0o644)
}

// logKey draws the key that signs the logs, or takes the one that is there, of an
// init that did not come to its end.
func (a *app) logKey(e *authorityEnv) (verifier string, err error) {
	file := filepath.Join(e.folder, "log.key")
	b, err := readOwn(file, 0o077)
	if err == nil {
		verifier, err = trust.VerifierOf(string(b))
		if err != nil {
			return "", fmt.Errorf("%s: %w", file, err)
		}
		return verifier, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	secret, verifier, err := trust.NewLogKey(rand.Reader, e.id)
	if err != nil {
		return "", err
	}
	return verifier, writeOwn(file, []byte(secret+"\n"), 0o600)
}

// signRoot makes a root with the signatures of these owners.
func signRoot(cmd *cobra.Command, root trust.Root, by ...signer.Signer) (trust.Signed, error) {
	b, err := root.Encode()
	if err != nil {
		return trust.Signed{}, err
	}
	out := trust.Signed{Root: string(b), Signatures: []string{}}
	for _, s := range by {
		armored, err := s.Sign(cmd.Context(), b, signature.Roots)
		if err != nil {
			return trust.Signed{}, err
		}
		out.Signatures = append(out.Signatures, armored)
	}
	return out, nil
}

// manifest is that of a commit's files below the prefix.
func (e *authorityEnv) manifest(commit string) (string, error) {
	files, _, err := committed(e.git, commit, e.repo.prefix, &pipeline.Tree{})
	if err != nil {
		return "", err
	}
	lines := make([]trust.Line, 0, len(files))
	for _, f := range files {
		lines = append(lines, trust.Line{Path: f.Path, Mode: f.Mode, Sum: f.Sum()})
	}
	return trust.Manifest(lines), nil
}

// trustMade says what was made, and what to commit and keep.
func (a *app) trustMade(e *authorityEnv, signed trust.Signed, root trust.Root, owner signer.Signer, made string) error {
	out := a.env.Stdout
	fmt.Fprintf(out, "root of trust of repository %s: %s\n", e.id, signed.Digest())
	fmt.Fprintf(out, "  authority starts from %s, the tip of %s\n", root.Genesis.Commit, e.target)
	fmt.Fprintf(out, "  owner %s (%s)\n", owner.Key().Fingerprint(), owner.Where())
	people, err := e.book(root.Genesis.Commit)
	if err != nil {
		return err
	}
	a.progress("\nkeep, and back up: %s", filepath.Join(e.folder, "log.key"))
	if made != "" {
		a.progress("keep, and back up: %s", made)
	}
	a.progress("give to everybody, over a way that you trust: %s", e.file)
	person, _ := people.Speaker(owner.Key().Fingerprint(), 0)
	if person != "" {
		a.progress("the owner's key is that of Person %s", person)
	} else {
		a.progress("no Person of %s has the owner's key. To approve with it, add it to your Person:", e.target)
		a.progress("  signingKeys:\n    - %s", owner.Key())
	}
	if names := madeUp(people); len(names) > 0 {
		a.progress("nobody holds the made-up keys of %s: they can approve nothing, and only approvals change keys from here on", strings.Join(names, ", "))
		a.progress("so now: put real keys into signingKeys, push %s, rm %s, and run patchops trust init again", e.target, e.file)
		return nil
	}
	a.progress("next: commit on a branch, push it, then patchops status BRANCH")
	return nil
}

var keyLine = regexp.MustCompile(`ssh-ed25519 [A-Za-z0-9+/=]+`)

// madeUp are the Persons who have only keys of the examples, whose private halves
// nobody has.
func madeUp(people *approval.Book) []string {
	fingerprints := map[string]bool{}
	for _, example := range scaffold.Examples() {
		files, err := scaffold.Render(example, time.Unix(0, 0).UTC(), strings.Repeat("0", 32))
		if err != nil {
			continue
		}
		for _, line := range keyLine.FindAllString(string(files["rules/people.yaml"]), -1) {
			if key, err := signature.ParseKey(line); err == nil {
				fingerprints[key.Fingerprint()] = true
			}
		}
	}
	var out []string
	for name, p := range people.People {
		if p.Active && len(p.Keys) > 0 && !slices.ContainsFunc(p.Keys, func(k string) bool { return !fingerprints[k] }) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// book is who and what rules there are at a commit.
func (e *authorityEnv) book(commit string) (*approval.Book, error) {
	engine, err := pipeline.NewEngine()
	if err != nil {
		return nil, err
	}
	state, err := controller.NewSource(e.git, e.repo.prefix).Commit(commit)
	if err != nil {
		return nil, err
	}
	out, err := engine.Read(pipeline.Input{Tree: state.Tree, Child: e.child, AsOf: e.now})
	if err != nil {
		return nil, err
	}
	return approval.ReadBook(out.Corpus, commit), nil
}

// writeOwn writes a file of this machine whole or not at all, and makes its folder,
// which is the user's alone.
func writeOwn(file string, b []byte, mode fs.FileMode) error {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file", file)
	}
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
