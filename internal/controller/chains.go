package controller

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/statement"
)

// chain is what one person said, as the branch patchops/approvals/<person> holds
// it.
type chain struct {
	person   string
	tip      string
	said     []said
	problems []string
}

// said is one statement with the key that signed it.
type said struct {
	signed   statement.Signed
	what     statement.Statement
	key      signature.Key
	evidence string
}

// mostChainCommits is how many commits of a chain are read one by one, the newest.
const mostChainCommits = 5000

const statementFolder = "statements"

// largestSaid is what a signed statement may take of a record's line: what cannot be
// recorded must not count.
const largestSaid = 20 << 10

func tooLong(s statement.Signed) string {
	if n := len(s.Encode()); n > largestSaid {
		return fmt.Sprintf("%d bytes in a record, wanted at most %d", n, largestSaid)
	}
	return ""
}

// readChains reads what people said. A chain whose recorded tip is no ancestor of
// its present one was rewritten: what is not recorded of it does not count.
func (v *View) readChains(l *looker) error {
	for _, branch := range slices.Sorted(maps.Keys(v.branches)) {
		person, ok := strings.CutPrefix(branch, chainPrefix)
		if _, known := v.Book.People[person]; !ok || !known {
			continue // anybody can make such a branch
		}
		tip := v.branches[branch]
		why, err := v.rewritten(person, tip)
		if err != nil {
			return err
		}
		if why != "" {
			v.broken[person] = why
			v.Problems = append(v.Problems, why)
		}
		c, known := l.chains[branch+" "+tip]
		if !known {
			if c, err = v.readChain(person, tip); err != nil {
				c = chain{person: person, tip: tip, problems: []string{fmt.Sprintf("the chain of %s cannot be read, so what it adds does not count: %s", person, firstLine(err))}}
			}
			l.chains[branch+" "+tip] = c
		}
		v.chains = append(v.chains, c)
		v.Problems = append(v.Problems, c.problems...)
	}
	return nil
}

func (v *View) rewritten(person, tip string) (why string, err error) {
	recorded := v.State.Chains[person]
	if recorded == "" || recorded == tip {
		return "", nil
	}
	in, err := v.store.IsAncestor(recorded, tip)
	if err != nil || !in {
		why = fmt.Sprintf("the chain of %s was rewritten: it was recorded at %s, and %s does not follow that; statements that are not recorded do not count",
			person, short(recorded), short(tip))
	}
	return why, nil
}

// readChain reads a chain's tree; where something may have been removed, changed or
// put there by others, those of all its commits: what was once there stays.
func (v *View) readChain(person, tip string) (chain, error) {
	c := chain{person: person, tip: tip}
	commits, err := v.store.FirstParents("", tip)
	if err != nil {
		return c, err
	}
	last, err := v.store.Files(tip)
	if err != nil {
		return c, err
	}
	entries, problems, err := statement.ReadChain(person, last)
	if err == nil && !v.untouched(person, entries, problems, last, len(commits)) {
		if entries, problems, err = v.readBack(person, commits); len(commits) > mostChainCommits {
			problems = append(problems, fmt.Sprintf("only the newest %d of its %d commits are read", mostChainCommits, len(commits)))
		}
	}
	if err != nil {
		return c, err
	}
	for _, p := range problems {
		c.problems = append(c.problems, fmt.Sprintf("chain of %s: %s", person, p))
	}
	for _, e := range entries {
		why := e.Problem
		if why == "" && e.Statement.Repository != v.Root.Repository {
			why = fmt.Sprintf("it is for repository %q, wanted %q", e.Statement.Repository, v.Root.Repository)
		}
		if why == "" {
			why = tooLong(e.Signed)
		}
		if why != "" {
			c.problems = append(c.problems, fmt.Sprintf("statement %d of %s says nothing: %s", e.Number, person, why))
			continue
		}
		c.said = append(c.said, said{e.Signed, e.Statement, e.Key, e.Signed.Digest()})
	}
	return c, nil
}

// untouched reports whether a chain is as its person alone makes one: each commit adds one
// statement, which is two files, and a key of theirs signed it. Else others may have put
// something in the place of what was said: anybody can sign in any name.
func (v *View) untouched(person string, entries []statement.Entry, problems []string, last fs.FS, commits int) bool {
	files, err := fs.ReadDir(last, statementFolder)
	keys := v.Book.People[person].Keys
	return err == nil && len(problems) == 0 && len(files) == 2*commits && len(entries) == commits &&
		!slices.ContainsFunc(entries, func(e statement.Entry) bool {
			return e.Problem != "" || !slices.Contains(keys, e.Key.Fingerprint())
		})
}

// readBack reads a chain from the trees of its commits, which come newest first: of those
// that only add something, what they add is in the next one, too.
func (v *View) readBack(person string, commits []git.Commit) ([]statement.Entry, []string, error) {
	commits = commits[:min(len(commits), mostChainCommits)]
	var ids []string
	var err error
	if s, ok := v.store.(interface {
		Witnesses(line []git.Commit) ([]string, error)
	}); ok {
		if ids, err = s.Witnesses(commits); err != nil {
			return nil, nil, err
		}
	} else {
		for _, info := range slices.Backward(commits) {
			ids = append(ids, info.ID)
		}
	}
	var trees []fs.FS
	for _, id := range ids {
		files, err := v.store.Files(id)
		if err != nil {
			return nil, nil, err
		}
		trees = append(trees, files)
	}
	return statement.ReadChain(person, trees...)
}
