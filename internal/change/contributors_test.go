package change_test

import (
	"crypto/ed25519"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/signature"
)

// key is a signing key made of a letter.
func key(t *testing.T, seed byte) ssh.Signer {
	t.Helper()
	s, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(seed), 32))))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func commit(t *testing.T, id string, by ssh.Signer, namespace string) change.Commit {
	t.Helper()
	c := change.Commit{ID: id, Payload: []byte("tree 1\n\n" + id), Author: "x@example.org", Committer: "x@example.org"}
	if by != nil {
		sig, err := signature.Sign(by, c.Payload, namespace)
		if err != nil {
			t.Fatal(err)
		}
		c.Signatures = []string{sig}
	}
	return c
}

func fingerprint(s ssh.Signer) string { return signature.KeyOf(s).Fingerprint() }

func TestContributorsArePeopleWhoseKeysSigned(t *testing.T) {
	dana, erin, twice, lost := key(t, 'd'), key(t, 'e'), key(t, 't'), key(t, 'l')
	people := []change.Person{
		{Name: "dana", Keys: []string{fingerprint(dana), fingerprint(lost)}, Revoked: []string{fingerprint(lost)}, Emails: []string{"Dana@Example.org"}, Account: 7},
		{Name: "erin", Keys: []string{fingerprint(erin), fingerprint(twice)}},
		{Name: "fred", Keys: []string{fingerprint(twice)}, Emails: []string{"fred@example.org"}},
	}
	good := commit(t, "c1", dana, signature.Commits)
	forged := good
	forged.ID, forged.Payload = "c2", []byte("tree 2\n\nc2")
	two := good
	two.ID, two.Signatures = "c3", append(slices.Clone(good.Signatures), good.Signatures...)
	header := good
	header.Author, header.CoAuthors = "dana@example.org", []string{" FRED@example.org "}
	for _, c := range []struct {
		name    string
		commits []change.Commit
		author  string
		people  string
		unknown string // "commit: part of why"
	}{
		{"signed", []change.Commit{good}, "dana", "dana", ""},
		{"two people", []change.Commit{commit(t, "c9", erin, signature.Commits), good}, "erin", "dana erin", ""},
		{"A4 unsigned", []change.Commit{good, commit(t, "c4", nil, "")}, "dana", "dana", "c4: it is not signed"},
		{"A4 of nobody's key", []change.Commit{commit(t, "c5", key(t, 'z'), signature.Commits)}, "", "", "c5: no Person's"},
		{"a key of two people speaks for nobody", []change.Commit{commit(t, "c6", twice, signature.Commits)}, "", "", "c6: several Persons claim"},
		{"a signature for another purpose", []change.Commit{commit(t, "c7", dana, signature.Statements)}, "", "", "c7: namespace"},
		{"R9 other bytes", []change.Commit{forged}, "", "", "c2: invalid signature"},
		{"R9 two signatures", []change.Commit{two}, "", "", "c3: it has 2 signatures"},
		{"G4 a revoked key", []change.Commit{good, commit(t, "c8", lost, signature.Commits)}, "dana", "dana", "c8: it is signed by key"},
		{"R8 a header adds and never clears", []change.Commit{header}, "dana", "dana fred", ""},
		{"nothing", nil, "", "", ""},
	} {
		got := change.Signed(c.commits, people)
		var unknown []string
		for _, u := range got.Unknown {
			unknown = append(unknown, u.Commit+": "+u.Why)
		}
		id, why, _ := strings.Cut(c.unknown, ": ")
		fits := c.unknown == "" && len(unknown) == 0 || len(unknown) == 1 && strings.HasPrefix(unknown[0], id+": ") && strings.Contains(unknown[0], why)
		if got.Author != c.author || strings.Join(got.People, " ") != c.people || !fits {
			t.Errorf("%s: %+v, wanted author %q, people %q, unknown %q", c.name, got, c.author, c.people, c.unknown)
		}
	}
}

func TestContributorsOnAForgeAreAccounts(t *testing.T) {
	dana := key(t, 'd')
	people := []change.Person{
		{Name: "dana", Keys: []string{fingerprint(dana)}, Account: 7},
		{Name: "erin", Account: 8},
		{Name: "fred", Account: 9},
		{Name: "gina", Account: 9},
	}
	unsigned := commit(t, "c1", nil, "")
	unsigned.Author = "8+erin@users.noreply.github.com"
	signed := commit(t, "c2", dana, signature.Commits)
	for _, c := range []struct {
		name    string
		opener  int64
		pushers []int64
		known   bool
		commits []change.Commit
		want    string
		unknown int
	}{
		{"opener and pusher", 7, []int64{8}, true, nil, "dana erin", 0},
		{"an address that names the account", 7, nil, true, []change.Commit{unsigned}, "dana erin", 0},
		{"a stranger", 1, []int64{2}, true, []change.Commit{commit(t, "c3", nil, "")}, "", 0},
		{"pushers unknown, commits signed", 7, nil, false, []change.Commit{signed}, "dana", 0},
		{"A4 pushers unknown, a commit not signed", 7, nil, false, []change.Commit{signed, unsigned}, "dana erin", 1},
		{"A4 pushers unknown, no commit", 7, nil, false, nil, "dana", 1},
		{"an account of two people", 9, nil, true, nil, "", 1},
	} {
		got := change.Hosted(c.opener, c.pushers, c.known, c.commits, people)
		if strings.Join(got.People, " ") != c.want || len(got.Unknown) != c.unknown {
			t.Errorf("%s: %+v, wanted %q and %d unknown", c.name, got, c.want, c.unknown)
		}
	}
}
