package git_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/git/gittest"
	"github.com/patchops/patchops/internal/signature"
)

const (
	anID   = "0123456789012345678901234567890123456789"
	aTree  = "tree " + anID + "\n"
	aWho   = "Ada <ada@example.org> 1773306000 +0100\n"
	people = "author " + aWho + "committer " + aWho
	plain  = aTree + "parent " + anID + "\n" + people + "\nmessage\n"
)

func TestParseCommit(t *testing.T) {
	c, err := git.ParseCommit([]byte(aTree + "parent " + anID + "\n" + people + "encoding UTF-8\ngpgsig one\n two\n \n three\nchange-id x\n\nm\n\nCO-authored-By: Bob B. <bob@example.org>\n co-authored-by:<eve@example.org> x\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := aTree + "parent " + anID + "\n" + people + "encoding UTF-8\nchange-id x\n\nm\n\nCO-authored-By: Bob B. <bob@example.org>\n co-authored-by:<eve@example.org> x\n"
	if string(c.Payload) != want || len(c.Signatures) != 1 || c.Signatures[0] != "one\ntwo\n\nthree\n" {
		t.Errorf("payload %q, signatures %q", c.Payload, c.Signatures)
	}
	if len(c.CoAuthors) != 2 || c.CoAuthors[0] != (git.Person{Name: "Bob B.", Email: "bob@example.org"}) || c.CoAuthors[1].Email != "eve@example.org" {
		t.Errorf("co-authors %v", c.CoAuthors)
	}
	if c.Tree != anID || len(c.Parents) != 1 || c.Author.Email != "ada@example.org" || !c.Time.Equal(time.Unix(1773306000, 0)) {
		t.Errorf("%+v", c)
	}
	several, err := git.ParseCommit([]byte(aTree + people + "gpgsig a\nx b\ngpgsig c\n\n"))
	if err != nil || len(several.Signatures) != 2 || string(several.Payload) != aTree+people+"x b\n\n" {
		t.Errorf("two signatures: %+v, %v", several, err)
	}
}

// E8: what readers could read in two ways is refused.
func TestMalformedCommitsAreRefused(t *testing.T) {
	if _, err := git.ParseCommit([]byte(plain)); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"empty":                "",
		"no empty line":        aTree + people,
		"no tree":              people + "\n",
		"two trees":            aTree + aTree + people + "\n",
		"short tree":           "tree 0123\n" + people + "\n",
		"upper case tree":      "tree " + strings.Repeat("A", 40) + "\n" + people + "\n",
		"tree continued":       "tree " + anID + "\n \n" + people + "\n",
		"two authors":          aTree + "author " + aWho + people + "\n",
		"two committers":       aTree + people + "committer " + aWho + "\n",
		"author at the end":    aTree + people + "gpgsig x\nauthor " + aWho + "\n",
		"no author":            aTree + "committer " + aWho + "\n",
		"order":                aTree + "committer " + aWho + "author " + aWho + "\n",
		"late parent":          aTree + people + "parent " + anID + "\n\n",
		"bad parent":           aTree + "parent x\n" + people + "\n",
		"NUL in the header":    aTree + "author A\x00 <a@b> 1 +0000\ncommitter " + aWho + "\n",
		"NUL in the message":   plain + "\x00",
		"NUL in an address":    strings.Replace(plain, "ada@", "ada\x00@", 1),
		"two encodings":        aTree + people + "encoding a\nencoding b\n\n",
		"signature of SHA-256": aTree + people + "gpgsig-sha256 x\n\n",
		"no date":              aTree + "author A <a@b>\ncommitter " + aWho + "\n",
		"negative date":        aTree + "author A <a@b> -1 +0000\ncommitter " + aWho + "\n",
		"padded date":          aTree + "author A <a@b> 01 +0000\ncommitter " + aWho + "\n",
		"huge date":            aTree + "author A <a@b> 99999999999999999999 +0000\ncommitter " + aWho + "\n",
		"two addresses":        aTree + "author A <a@b> <c@d> 1 +0000\ncommitter " + aWho + "\n",
		"trailing space":       strings.Replace(plain, "+0100\n", "+0100 \n", 1),
		"carriage return":      strings.Replace(plain, "+0100\n", "+0100\r\n", 1),
		"line without value":   aTree + people + "gpgsig\n\n",
		"strange key":          aTree + people + "gpg sig\x01 x\n\x02 y\n\n",
		"starts with a space":  " \n" + plain,
	} {
		if c, err := git.ParseCommit([]byte(content)); !errors.Is(err, git.ErrCorrupt) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
}

// R9: a commit signed by git itself verifies over its raw bytes, one that we sign
// is accepted by git, and nothing else verifies.
func TestSignaturesOfCommits(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
		t.Skipf("ssh-keygen: %v\n%s", err, out)
	}
	pem, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey(pem)
	if err != nil {
		t.Fatal(err)
	}
	r := gittest.Bare(t)
	first := r.Seed(gittest.Commit{})[0]
	tree := r.Git("rev-parse", first+"^{tree}")
	byGit := r.Git("-c", "gpg.format=ssh", "-c", "user.signingkey="+key, "commit-tree", "-S", "-p", first, "-m", "signed", tree)
	r.Git("update-ref", mainRef, byGit)
	c := clone(t, r)
	ours, err := c.Commit(t.Context(), git.CommitSpec{
		Tree: tree, Parents: []string{byGit}, Author: controller, Committer: controller, Time: time.Unix(gittest.Date, 0), Message: "ours\n",
		Sign: func(payload []byte) (string, error) { return signature.Sign(signer, payload, signature.Commits) },
	})
	if err != nil {
		t.Fatal(err)
	}
	allowed := filepath.Join(t.TempDir(), "allowed")
	if err := os.WriteFile(allowed, []byte("* "+signature.KeyOf(signer).String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	open := repository(t, c)
	for _, id := range []string{byGit, ours} {
		gittest.Git(t, c.Dir(), nil, "-c", "gpg.ssh.allowedSignersFile="+allowed, "verify-commit", id)
		info, err := open.CommitInfo(id)
		if err != nil || len(info.Signatures) != 1 {
			t.Fatalf("%+v, %v", info, err)
		}
		got, err := signature.Verify(info.Payload, info.Signatures[0], signature.Commits)
		if err != nil || got.Fingerprint() != signature.KeyOf(signer).Fingerprint() {
			t.Errorf("%v, %v", got, err)
		}
		if _, err := signature.Verify(info.Payload, info.Signatures[0], signature.Statements); err == nil {
			t.Error("a commit's signature counts as a statement's")
		}
		reencoded(t, c, id)
	}
}

// reencoded writes the commit again in ways that mean the same to a lenient
// reader: none may verify.
func reencoded(t *testing.T, c *git.Clone, id string) {
	t.Helper()
	cmd := exec.Command("git", "cat-file", "commit", id)
	cmd.Dir, cmd.Env = c.Dir(), gittest.Environment()
	content, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	from := bytes.Index(content, []byte("gpgsig "))
	to := bytes.Index(content, []byte("\n\n"))
	gpgsig := string(content[from : to+1])
	for name, other := range map[string]string{
		"zone":            strings.ReplaceAll(string(content), "+0000", "-0000"),
		"other message":   string(content) + "\n",
		"header added":    strings.Replace(string(content), gpgsig, gpgsig+"x y\n", 1),
		"header before":   strings.Replace(string(content), gpgsig, "encoding UTF-8\n"+gpgsig, 1),
		"two signatures":  strings.Replace(string(content), gpgsig, gpgsig+gpgsig, 1),
		"two in one":      strings.Replace(string(content), gpgsig, gpgsig+" "+strings.TrimPrefix(gpgsig, "gpgsig "), 1),
		"none":            strings.Replace(string(content), gpgsig, "", 1),
		"an unknown sort": strings.Replace(string(content), gpgsig, strings.Replace(gpgsig, "gpgsig", "gpgsigs", 1), 1),
	} {
		if other == string(content) {
			t.Fatalf("%s: nothing changed", name)
		}
		info, err := git.ParseCommit([]byte(other))
		if err != nil || len(info.Signatures) != 1 {
			continue // refused, or not exactly one
		}
		if _, err := signature.Verify(info.Payload, info.Signatures[0], signature.Commits); err == nil {
			t.Errorf("%s: verifies", name)
		}
	}
}

func TestCommitsThatAreNotWritten(t *testing.T) {
	r := gittest.Bare(t)
	first := r.Seed(gittest.Commit{})[0]
	c := clone(t, r)
	good := git.CommitSpec{Tree: r.Git("rev-parse", first+"^{tree}"), Author: controller, Committer: controller, Time: time.Unix(gittest.Date, 0), Message: "m\n"}
	for name, change := range map[string]func(*git.CommitSpec){
		"no tree":         func(s *git.CommitSpec) { s.Tree = "" },
		"a missing tree":  func(s *git.CommitSpec) { s.Tree = anID },
		"a commit as it":  func(s *git.CommitSpec) { s.Tree = first },
		"missing parent":  func(s *git.CommitSpec) { s.Parents = []string{anID} },
		"parent twice":    func(s *git.CommitSpec) { s.Parents = []string{first, first} },
		"no name":         func(s *git.CommitSpec) { s.Author.Name = "" },
		"forged header":   func(s *git.CommitSpec) { s.Author.Name = "A <a@b> 1 +0000\ncommitter B" },
		"angle":           func(s *git.CommitSpec) { s.Committer.Email = "a@b>" },
		"NUL":             func(s *git.CommitSpec) { s.Message = "a\x00b" },
		"not UTF-8":       func(s *git.CommitSpec) { s.Message = "\xff" },
		"before 1970":     func(s *git.CommitSpec) { s.Time = time.Time{} },
		"no signature":    func(s *git.CommitSpec) { s.Sign = func([]byte) (string, error) { return "", nil } },
		"second message":  func(s *git.CommitSpec) { s.Sign = func([]byte) (string, error) { return "a\n\nb", nil } },
		"a failing key":   func(s *git.CommitSpec) { s.Sign = func([]byte) (string, error) { return "", errors.New("locked") } },
		"a huge message":  func(s *git.CommitSpec) { s.Message = strings.Repeat("x", 1<<20) },
		"a folder's blob": func(s *git.CommitSpec) { s.Tree = r.Git("hash-object", "-w", "--stdin") },
	} {
		spec := good
		change(&spec)
		if id, err := c.Commit(t.Context(), spec); err == nil {
			t.Errorf("%s: written as %s", name, id)
		}
	}
	one, err := c.Commit(t.Context(), good)
	again, err2 := c.Commit(t.Context(), good)
	if err != nil || err2 != nil || one != again {
		t.Errorf("%s and %s, %v, %v", one, again, err, err2)
	}
}

func FuzzParseCommit(f *testing.F) {
	f.Add([]byte(plain))
	f.Add([]byte(aTree + people + "gpgsig a\n b\n\nm"))
	f.Fuzz(func(t *testing.T, content []byte) {
		c, err := git.ParseCommit(content)
		if err != nil {
			return
		}
		if len(c.Signatures) == 0 && !bytes.Equal(c.Payload, content) {
			t.Errorf("unsigned %q became %q", content, c.Payload)
		}
		again, err := git.ParseCommit(c.Payload)
		if err != nil || len(again.Signatures) != 0 || !bytes.Equal(again.Payload, c.Payload) || again.Message != c.Message {
			t.Errorf("%q: payload %q reads as %+v, %v", content, c.Payload, again, err)
		}
	})
}
