package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/signer"
	"github.com/patchops/patchops/internal/statement"
)

// chains are the branches of people's statements.
const chains = "patchops/approvals/"

// signing says where a key to sign with may be.
func (a *app) signing(e *authorityEnv, file string) signer.Options {
	o := signer.Options{Agent: a.env.Getenv("SSH_AUTH_SOCK"), Home: a.env.Getenv("HOME"), GitKey: e.gitKey(), Stderr: a.env.Stderr}
	if file != "" {
		o.File = a.absolute(file)
	}
	if a.env.Secret != nil {
		o.Passphrase = func(file string) ([]byte, error) { return a.env.Secret("passphrase of " + file + ": ") }
	}
	return o
}

// gitKey is the key that the user's Git signs commits with, if that is an SSH key.
func (e *authorityEnv) gitKey() string {
	get := func(args ...string) string {
		b, err := exec.Command("git", append([]string{"-C", e.repo.top, "config", "--get"}, args...)...).Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(b))
	}
	if get("gpg.format") != "ssh" {
		return ""
	}
	return get("--type=path", "user.signingkey")
}

// speaker is who signs: a Person of the authorised tip, and their key.
type speaker struct {
	person string
	key    signer.Signer
}

// speaker finds the key of an active Person. A key of --key that is nobody's is
// refused: what it signs would count for nothing.
func (a *app) speaker(ctx context.Context, t *authorisedEnv, file string) (speaker, error) {
	wanted := []string{}
	for _, p := range t.book.People {
		if p.Active && !p.Bot {
			wanted = append(wanted, p.Keys...)
		}
	}
	wanted = slices.DeleteFunc(wanted, t.isRevoked)
	key, err := signer.Find(ctx, a.signing(t.authorityEnv, file), wanted)
	if err != nil {
		return speaker{}, err
	}
	if t.isRevoked(key.Key().Fingerprint()) {
		return speaker{}, people("key %s was revoked: what it signs does not count any more", key.Key().Fingerprint())
	}
	person, problem := t.book.Speaker(key.Key().Fingerprint(), 0)
	if person == "" {
		return speaker{}, people("%s (%s)\nput it into signingKeys of a Person, and have that merged, or give another --key FILE", problem, key.Where())
	}
	if p := t.book.People[person]; !p.Active || p.Bot {
		return speaker{}, people("%s has this key and does not approve: a Person that is not active, or a bot", person)
	}
	return speaker{person, key}, nil
}

// people is an error that people must do something about.
func people(format string, args ...any) error {
	return statusError{exitFindings, fmt.Errorf(format, args...)}
}

// chain reads a person's chain as the remote has it.
func (e *authorityEnv) chain(ctx context.Context, person string) (tip string, chain []statement.Entry, problems []string, err error) {
	branches, err := e.clone.Branches(ctx, chains)
	if err != nil {
		return "", nil, nil, err
	}
	tip = branches[chains+person]
	if bad, ok := e.clone.Bad()[chains+person]; ok {
		return "", nil, nil, fmt.Errorf("branch %s%s at %s was not fetched: %w", chains, person, bad.ID, bad.Reason)
	}
	if tip, err = e.follows(person, tip); tip == "" || err != nil {
		return "", nil, nil, err
	}
	commits, err := e.git.FirstParents("", tip)
	if err != nil {
		return "", nil, nil, fmt.Errorf("the chain of %s: %w", person, err)
	}
	// What was once there stays, whatever somebody put in its place.
	witnesses, err := e.git.Witnesses(commits[:min(len(commits), mostTrees)])
	if err != nil {
		return "", nil, nil, fmt.Errorf("the chain of %s: %w", person, err)
	}
	var trees []fs.FS
	for _, id := range witnesses {
		tree, err := e.git.LazyTree(id)
		if err != nil {
			return "", nil, nil, fmt.Errorf("the chain of %s: %w", person, err)
		}
		trees = append(trees, tree)
	}
	chain, problems, err = statement.ReadChain(person, trees...)
	return tip, chain, problems, err
}

// mostTrees bounds how many commits of a chain are read, as the controller's mostChainCommits.
const mostTrees = 5000

// say signs a statement and puts it on the speaker's chain, or with out into a
// file. Another that came first means to sign again, behind it.
func (a *app) say(ctx context.Context, e *authorityEnv, who speaker, s statement.Statement, out string) error {
	s.Repository, s.Target, s.Person = e.id, e.target, who.person
	for try := 1; ; try++ {
		tip, chain, problems, err := e.chain(ctx, who.person)
		if err != nil {
			return err
		}
		s.Serial, s.Prev = statement.Next(chain)
		b, err := statement.Encode(s)
		if err != nil {
			return usage("%w", err)
		}
		armored, err := who.key.Sign(ctx, b, signature.Statements)
		if err != nil {
			return err
		}
		entry, err := statement.Add(who.person, chain, statement.Signed{Statement: string(b), Signature: armored})
		if err != nil {
			return err
		}
		if out != "" {
			return a.handOver(entry, out)
		}
		a.foreign(who.person, chain, problems)
		err = e.append(ctx, who.person, tip, chain, entry)
		switch {
		case err == nil:
			a.said(entry)
			return nil
		case errors.Is(err, git.ErrRace) && try < 5 && !e.offline:
			if err := e.refetch(ctx); err != nil {
				return err
			}
		case errors.Is(err, git.ErrRefused):
			return fmt.Errorf("%w\nyou may not push there: run it again with --out FILE, and give the file to somebody who may (patchops approve --deliver FILE)", err)
		default:
			return err
		}
	}
}

// handOver writes a signed statement for somebody who may push.
func (a *app) handOver(entry statement.Entry, file string) error {
	if err := writeOut(a.absolute(file), contents(entry.Signed.Encode())); err != nil {
		return err
	}
	fmt.Fprintf(a.env.Stdout, "%s %s, signed by %s as statement %d: %s\n", entry.Statement.Act, entry.Statement.Subject, entry.Statement.Person, entry.Number, entry.Signed.Digest())
	a.progress("it counts when somebody has put it on the chain: patchops approve --deliver %s", file)
	return nil
}

func (a *app) said(entry statement.Entry) {
	s := entry.Statement
	fmt.Fprintf(a.env.Stdout, "%s %s, signed by %s as statement %d: %s\n", s.Act, s.Subject, s.Person, entry.Number, entry.Signed.Digest())
	if change, ok := strings.CutPrefix(s.Subject, "change:"); ok {
		if strings.HasPrefix(change, "#") {
			change = "'" + change + "'" // a shell takes # for a comment
		}
		a.progress("next: patchops status %s", change)
	}
}

// foreign names what is on a chain and says nothing.
func (a *app) foreign(person string, chain []statement.Entry, problems []string) {
	for _, p := range problems {
		a.progress("patchops: the chain of %s: %s", person, p)
	}
	for _, e := range chain {
		if e.Problem != "" {
			a.progress("patchops: the chain of %s: statement %d says nothing: %s", person, e.Number, e.Problem)
		}
	}
}

// refetch brings what the remote has now.
func (e *authorityEnv) refetch(ctx context.Context, refspecs ...string) error {
	if err := e.clone.Fetch(ctx, refspecs...); err != nil {
		return fmt.Errorf("fetch %s: %w", e.remote, err)
	}
	fresh, err := e.clone.Repository()
	if err != nil {
		return err
	}
	e.close()
	e.git = fresh
	return nil
}

// follows is the commit that a person's next statement goes on top of. Where their
// branch was removed it is the one that the log recorded: what does not follow that
// would not count. Where it was replaced nothing does until it is removed.
func (e *authorityEnv) follows(person, tip string) (string, error) {
	recorded := e.chains[person]
	if recorded == "" || recorded == tip {
		return tip, nil
	}
	if _, err := e.git.CommitInfo(recorded); err != nil {
		if tip != "" {
			return tip, nil // it may be that others have it
		}
		return "", people("the branch %s%s is gone, and its recorded commit %s is not in this clone: push that commit there again from a clone that has it, then say it again", chains, person, recorded)
	}
	if tip == "" {
		return recorded, nil
	}
	if in, err := e.git.IsAncestor(recorded, tip); err != nil || in {
		return tip, err
	}
	return "", people("the branch %s%s was replaced: it was recorded at %s, and %s does not follow that, so nothing on it counts\n"+
		"put it back (git push --force %s %s:refs/heads/%s%s), then say it again", chains, person, recorded, tip, e.remote, recorded, chains, person)
}

// append pushes one commit that adds a statement to a person's chain, and puts
// back what somebody removed from it.
func (e *authorityEnv) append(ctx context.Context, person, tip string, chain []statement.Entry, entry statement.Entry) error {
	files := statement.Files(append(slices.Clone(chain), entry)...)
	base := ""
	var parents []string
	if tip != "" {
		info, err := e.git.CommitInfo(tip)
		if err != nil {
			return err
		}
		tree, err := e.git.Tree(tip, "")
		if err != nil {
			return err
		}
		base, parents = info.Tree, []string{tip}
		files = slices.DeleteFunc(files, func(f statement.File) bool {
			_, err := fs.Stat(tree, f.Path)
			return err == nil
		})
	}
	list := make([]git.File, 0, len(files))
	for _, f := range files {
		list = append(list, git.File{Path: f.Path, Mode: "100644", Bytes: f.Bytes})
	}
	tree, err := e.clone.WriteTree(ctx, base, list)
	if err != nil {
		return err
	}
	by := git.Person{Name: person, Email: person + "@patchops.invalid"}
	commit, err := e.clone.Commit(ctx, git.CommitSpec{
		Tree: tree, Parents: parents, Author: by, Committer: by, Time: e.now,
		Message: fmt.Sprintf("%s %s\n", entry.Statement.Act, entry.Statement.Subject),
	})
	if err != nil {
		return err
	}
	there, err := e.clone.Branches(ctx, chains)
	if err != nil {
		return err
	}
	return e.clone.Push(ctx, []git.Update{{Ref: "refs/heads/" + chains + person, Old: there[chains+person], New: commit}})
}

// agreed wants that what was shown is what is meant: the digest of the command line
// is the one now, or else a person at a terminal says yes.
func (a *app) agreed(flag, given, now, what string) error {
	if given != "" {
		if given != now {
			return statusError{exitRetry, fmt.Errorf("nothing was signed: it is %s now, and %s says %s\nlook at it again", now, flag, given)}
		}
		return nil
	}
	if a.env.Secret == nil {
		return usage("no terminal to ask whether to %s: if what is shown is what you mean, give %s %s", what, flag, now)
	}
	fmt.Fprintf(a.env.Stderr, "%s? [y/N] ", what)
	line, err := bufio.NewReader(a.env.Stdin).ReadString('\n')
	if answer := strings.ToLower(strings.TrimSpace(line)); err != nil || answer != "y" && answer != "yes" {
		return people("nothing was signed")
	}
	return nil
}

// deliver puts a statement of somebody else on their chain. What counts is its
// signature; who brings it does not matter.
func (a *app) deliver(ctx context.Context, f authorityFlags, file string) error {
	b, err := os.ReadFile(a.absolute(file))
	if err != nil {
		return usage("%w", err)
	}
	signed, err := statement.Parse(b)
	if err != nil {
		return people("%s: %w", file, err)
	}
	s, key, err := signed.Open()
	if err != nil {
		return people("%s: %w", file, err)
	}
	t, err := a.authorised(ctx, f, "")
	if err != nil {
		return err
	}
	defer t.close()
	if s.Repository != t.id || s.Target != t.target {
		return people("%s is for branch %s of repository %s, wanted %s of %s", file, s.Target, s.Repository, t.target, t.id)
	}
	if person, problem := t.book.Speaker(key.Fingerprint(), 0); person != s.Person {
		if problem == "" {
			problem = "key " + key.Fingerprint() + " is of " + person
		}
		return people("%s speaks for %s, and %s", file, s.Person, problem)
	}
	for try := 1; ; try++ {
		tip, chain, _, err := t.chain(ctx, s.Person)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(chain, func(e statement.Entry) bool { return e.Problem == "" && e.Signed.Digest() == signed.Digest() }) {
			a.progress("it is on the chain of %s already", s.Person)
			return nil
		}
		entry, err := statement.Add(s.Person, chain, signed)
		if err != nil {
			return people("%s: %w\n%s said something else since: they sign again", file, err, s.Person)
		}
		err = t.append(ctx, s.Person, tip, chain, entry)
		if errors.Is(err, git.ErrRace) && try < 5 && !t.offline {
			if err = t.refetch(ctx); err == nil {
				continue
			}
		}
		if err == nil {
			a.said(entry)
		}
		return err
	}
}
