package change

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/signature"
)

// Contributors are whose work a change is (authority.md 2).
type Contributors struct {
	Author  string    // Person who opened it or made its last commit; "" unknown
	People  []string  // Persons, sorted, Author included
	Unknown []Unknown // commits or events of which no one knows whose they are
}

// Unknown is a commit, or "" for the pushers, and why.
type Unknown struct {
	Commit string
	Why    string
}

// Commit is one commit of a change, as its raw bytes say.
type Commit struct {
	ID         string
	Payload    []byte   // what a signature is over
	Signatures []string // armoured; exactly one counts
	Author     string   // e-mail, as the header claims
	Committer  string
	CoAuthors  []string
}

// Person is one who may have contributed.
type Person struct {
	Name    string
	Keys    []string // fingerprints
	Revoked []string // those of the keys that count no more
	Account int64    // 0: none
	Emails  []string
}

// people finds Persons. What two of them share names neither.
type people struct {
	byKey     map[string]string
	revoked   map[string]bool
	byAccount map[int64]string
	byEmail   map[string][]string
}

func index(list []Person) people {
	p := people{map[string]string{}, map[string]bool{}, map[int64]string{}, map[string][]string{}}
	for _, person := range list {
		for _, key := range person.Keys {
			claim(p.byKey, key, person.Name)
		}
		for _, key := range person.Revoked {
			p.revoked[key] = true
		}
		if person.Account != 0 {
			claim(p.byAccount, person.Account, person.Name)
		}
		for _, e := range person.Emails {
			e = strings.ToLower(strings.TrimSpace(e))
			p.byEmail[e] = append(p.byEmail[e], person.Name)
		}
	}
	return p
}

// claim gives a key to a name; one that two names claim speaks for nobody.
func claim[K comparable](by map[K]string, key K, name string) {
	if other, taken := by[key]; taken && other != name {
		name = ""
	}
	by[key] = name
}

// set collects names.
type set map[string]bool

func (s set) sorted() []string {
	var out []string
	for name := range s {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// signer is the Person whose key signed a commit, and why nobody knows whose work
// it is all the same: where there is no such Person, or the key was revoked.
func (p people) signer(c *Commit) (person, why string) {
	if len(c.Signatures) != 1 {
		if len(c.Signatures) == 0 {
			return "", "it is not signed"
		}
		return "", fmt.Sprintf("it has %d signatures, wanted one", len(c.Signatures))
	}
	key, err := signature.Verify(c.Payload, c.Signatures[0], signature.Commits)
	if err != nil {
		return "", err.Error()
	}
	person, known := p.byKey[key.Fingerprint()]
	switch {
	case !known:
		return "", "it is signed by key " + key.Fingerprint() + ", which is no Person's"
	case person == "":
		return "", "it is signed by key " + key.Fingerprint() + ", which several Persons claim"
	case p.revoked[key.Fingerprint()]:
		return person, "it is signed by key " + key.Fingerprint() + " of " + person + ", which was revoked"
	}
	return person, ""
}

// headers adds the Persons whose addresses stand in a commit: a header may add
// somebody, never clear anybody.
func (p people) headers(c *Commit, into set) {
	for _, e := range append([]string{c.Author, c.Committer}, c.CoAuthors...) {
		e = strings.ToLower(strings.TrimSpace(e))
		for _, name := range p.byEmail[e] {
			into[name] = true
		}
		if account := noreply(e); account != 0 && p.byAccount[account] != "" {
			into[p.byAccount[account]] = true
		}
	}
}

// noreply is the account in an address such as 123+octocat@users.noreply.github.com.
func noreply(email string) int64 {
	name, found := strings.CutSuffix(email, "@users.noreply.github.com")
	id, _, plus := strings.Cut(name, "+")
	if !found || !plus {
		return 0
	}
	account, err := strconv.ParseInt(id, 10, 64)
	if err != nil || account < 0 {
		return 0
	}
	return account
}

// Signed are the contributors of a change in plain Git: the Persons whose keys
// signed the commits that it adds, newest first. A commit of nobody known, or by a
// revoked key, is Unknown.
func Signed(commits []Commit, list []Person) Contributors {
	p, names := index(list), set{}
	var out Contributors
	for i := range commits {
		c := &commits[i]
		person, why := p.signer(c)
		if why != "" {
			out.Unknown = append(out.Unknown, Unknown{c.ID, why})
		}
		if person != "" {
			names[person] = true
		}
		if i == 0 {
			out.Author = person
		}
		p.headers(c, names)
	}
	out.People = names.sorted()
	return out
}

// Hosted are the contributors of a change on a forge: who opened it, who pushed to
// it, and whom its commits name. Where the forge cannot say who pushed, every
// commit must be signed by a Person's key. Accounts of no Person are known, and
// nobody who could approve.
func Hosted(opener int64, pushers []int64, known bool, commits []Commit, list []Person) Contributors {
	p, names := index(list), set{}
	var out Contributors
	for _, account := range append([]int64{opener}, pushers...) {
		person, claimed := p.byAccount[account]
		switch {
		case claimed && person == "":
			out.Unknown = append(out.Unknown, Unknown{"", fmt.Sprintf("account %d is of several Persons", account)})
		case claimed:
			names[person] = true
		}
	}
	out.Author = p.byAccount[opener]
	for i := range commits {
		c := &commits[i]
		person, why := p.signer(c)
		if person != "" {
			names[person] = true
		}
		if why != "" && !known {
			out.Unknown = append(out.Unknown, Unknown{c.ID, "the forge cannot say who pushed it, and " + why})
		}
		p.headers(c, names)
	}
	if !known && len(commits) == 0 {
		out.Unknown = append(out.Unknown, Unknown{"", "the forge cannot say who pushed"})
	}
	out.People = names.sorted()
	return out
}
