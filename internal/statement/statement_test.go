package statement

import (
	"crypto/ed25519"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/patchops/patchops/internal/signature"
)

func newKey(t tester, seed byte) ssh.Signer {
	t.Helper()
	s, err := ssh.NewSignerFromSigner(ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune(seed)), 32))))
	check(t, err)
	return s
}

func check(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var (
	commitA = strings.Repeat("a", 40)
	commitB = strings.Repeat("b", 40)
	digestA = "sha256:" + strings.Repeat("a", 64)
	digestB = "sha256:" + strings.Repeat("b", 64)
)

func approval() Statement {
	return Statement{
		Type: Type, Repository: "0123456789abcdef", Target: "main", Act: Approve, Subject: "change:march", Person: "ada",
		Head: commitA, Base: commitB, Effect: digestA, Accepts: []string{digestA, digestB},
		AsOf: "2026-03-12T09:00:00Z", Expires: "2026-03-13T09:00:00Z", Serial: 1,
	}
}

func sign(t tester, k ssh.Signer, s Statement) Signed {
	t.Helper()
	b, err := Encode(s)
	check(t, err)
	return signBytes(t, k, string(b), signature.Statements)
}

func signBytes(t tester, k ssh.Signer, text, namespace string) Signed {
	t.Helper()
	armored, err := signature.Sign(k, []byte(text), namespace)
	check(t, err)
	return Signed{text, armored}
}

func TestRoundTrip(t *testing.T) {
	k := newKey(t, 'a')
	signed := sign(t, k, approval())
	again, err := Parse(signed.Encode())
	check(t, err)
	got, key, err := again.Open()
	check(t, err)
	b, err := Encode(got)
	check(t, err)
	if string(b) != signed.Statement || key.Fingerprint() != signature.KeyOf(k).Fingerprint() || again.Digest() != signed.Digest() {
		t.Errorf("%s\nwanted %s", b, signed.Statement)
	}
}

func with(change func(*Statement)) Statement {
	s := approval()
	change(&s)
	return s
}

// about gives a statement about something that is no change.
func about(act, subject string, change func(*Statement)) Statement {
	return with(func(s *Statement) {
		s.Act, s.Subject, s.Head, s.Base, s.Effect, s.Accepts, s.Expires = act, subject, "", "", "", nil, ""
		if change != nil {
			change(s)
		}
	})
}

func because(s *Statement) { s.Reason = "disk full" }

func override(s *Statement) { s.Reason, s.Expires = "outage", "2026-03-12T13:00:00Z" }

func consent(s *Statement) { s.Act, s.Contact, s.By, s.Text = Consent, "acme/ops", "phone", "go ahead" }

func TestWhatMayBeSaid(t *testing.T) {
	for name, s := range map[string]Statement{
		"approve a branch":        approval(),
		"approve a pull request":  with(func(s *Statement) { s.Subject = "change:#41" }),
		"approve a nested branch": with(func(s *Statement) { s.Subject = "change:ada/fix_2.1" }),
		"approve main":            with(func(s *Statement) { s.Subject = "main" }),
		"for ever":                with(func(s *Statement) { s.Expires = "" }),
		"no findings":             with(func(s *Statement) { s.Accepts = nil }),
		"a later one":             with(func(s *Statement) { s.Serial, s.Prev = 2, digestB }),
		"reject the head":         with(func(s *Statement) { s.Act, s.Base, s.Effect, s.Accepts, s.Expires = Reject, "", "", nil, "" }),
		"reject the effect":       with(func(s *Statement) { s.Act, s.Accepts, s.Expires = Reject, nil, "" }),
		"withdraw":                about(Withdraw, "change:march", nil),
		"withdraw a head":         about(Withdraw, "change:march", func(s *Statement) { s.Head = commitA }),
		"gate":                    about(Approve, "gate:acme/march/canary", nil),
		"resume":                  about(Approve, "resume:acme/march/canary", nil),
		"reject a gate":           about(Reject, "gate:acme/march/canary", because),
		"override":                about(Approve, "override:acme/march", override),
		"hold":                    about(Hold, "plan:acme/march", because),
		"abort":                   about(Abort, "plan:acme/march", because),
		"recall":                  about(Recall, "plan:acme/march", because),
		"revoke":                  about(Revoke, "key:"+signature.KeyOf(newKey(t, 'x')).Fingerprint(), because),
		"consent":                 with(consent),
		"consent to a gate":       about(Consent, "gate:acme/march/canary", consent),
		"many lines":              about(Hold, "plan:acme/march", func(s *Statement) { s.Reason = "one\ntwo: ä \"x\"" }),
	} {
		if _, _, err := sign(t, newKey(t, 'a'), s).Open(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatMayNotBeSaid(t *testing.T) {
	for name, s := range map[string]Statement{
		"no repository":            with(func(s *Statement) { s.Repository = "" }),
		"short repository":         with(func(s *Statement) { s.Repository = "abc" }),
		"no target":                with(func(s *Statement) { s.Target = "" }),
		"target that climbs":       with(func(s *Statement) { s.Target = "a/../b" }),
		"no act":                   with(func(s *Statement) { s.Act = "" }),
		"another act":              with(func(s *Statement) { s.Act = "Approve" }),
		"no person":                with(func(s *Statement) { s.Person = "" }),
		"a person that is a path":  with(func(s *Statement) { s.Person = "../ada" }),
		"serial 0":                 with(func(s *Statement) { s.Serial = 0 }),
		"serial below 0":           with(func(s *Statement) { s.Serial, s.Prev = -1, digestA }),
		"serial too large":         with(func(s *Statement) { s.Serial, s.Prev = 1e8, digestA }),
		"first after something":    with(func(s *Statement) { s.Prev = digestA }),
		"second after nothing":     with(func(s *Statement) { s.Serial = 2 }),
		"no subject":               with(func(s *Statement) { s.Subject = "" }),
		"change of nothing":        with(func(s *Statement) { s.Subject = "change:" }),
		"change of a log":          with(func(s *Statement) { s.Subject = "change:patchops/log/acme/2026" }),
		"change of an option":      with(func(s *Statement) { s.Subject = "change:-x" }),
		"change of a lock":         with(func(s *Statement) { s.Subject = "change:a.lock/b" }),
		"change #0":                with(func(s *Statement) { s.Subject = "change:#0" }),
		"main with more":           with(func(s *Statement) { s.Subject = "main:x" }),
		"approve a plan":           about(Approve, "plan:acme/march", because),
		"hold a change":            with(func(s *Statement) { s.Act, s.Reason = Hold, "x" }),
		"gate without wave":        about(Approve, "gate:acme/march", nil),
		"gate with capitals":       about(Approve, "gate:acme/March/x", nil),
		"gate with a head":         about(Approve, "gate:acme/march/x", func(s *Statement) { s.Head = commitA }),
		"unseen":                   with(func(s *Statement) { s.Base, s.Effect, s.Accepts = "", "", nil }),
		"no head":                  with(func(s *Statement) { s.Head = "" }),
		"short head":               with(func(s *Statement) { s.Head = "abc" }),
		"capital head":             with(func(s *Statement) { s.Head = strings.Repeat("A", 40) }),
		"base without effect":      with(func(s *Statement) { s.Effect, s.Accepts = "", nil }),
		"bad effect":               with(func(s *Statement) { s.Effect = "sha1:" + strings.Repeat("a", 40) }),
		"accepts unsorted":         with(func(s *Statement) { s.Accepts = []string{digestB, digestA} }),
		"accepts twice":            with(func(s *Statement) { s.Accepts = []string{digestA, digestA} }),
		"accepts no fingerprint":   with(func(s *Statement) { s.Accepts = []string{"all"} }),
		"reject that accepts":      with(func(s *Statement) { s.Act, s.Expires = Reject, "" }),
		"reject that expires":      with(func(s *Statement) { s.Act, s.Accepts = Reject, nil }),
		"hold without reason":      about(Hold, "plan:acme/march", nil),
		"blank reason":             about(Hold, "plan:acme/march", func(s *Statement) { s.Reason = " \n" }),
		"revoke without reason":    about(Revoke, "key:"+signature.KeyOf(newKey(t, 'x')).Fingerprint(), nil),
		"reason that hides":        about(Hold, "plan:acme/march", func(s *Statement) { s.Reason = "x\u202ey" }),
		"reason that rings":        about(Hold, "plan:acme/march", func(s *Statement) { s.Reason = "x\ay" }),
		"reason without end":       about(Hold, "plan:acme/march", func(s *Statement) { s.Reason = strings.Repeat("x", longest+1) }),
		"override without reason":  about(Approve, "override:acme/march", func(s *Statement) { s.Expires = "2026-03-12T13:00:00Z" }),
		"override for ever":        about(Approve, "override:acme/march", because),
		"override of 4 h and 1 s":  about(Approve, "override:acme/march", func(s *Statement) { override(s); s.Expires = "2026-03-12T13:00:01Z" }),
		"consent of nobody":        with(func(s *Statement) { consent(s); s.Contact = "" }),
		"consent of no client":     with(func(s *Statement) { consent(s); s.Contact = "ops" }),
		"consent by pigeon":        with(func(s *Statement) { consent(s); s.By = "pigeon" }),
		"consent without words":    with(func(s *Statement) { consent(s); s.Text = " " }),
		"approval with words":      with(func(s *Statement) { s.Text = "x" }),
		"no asOf":                  with(func(s *Statement) { s.AsOf = "" }),
		"asOf of a zone":           with(func(s *Statement) { s.AsOf = "2026-03-12T09:00:00+01:00" }),
		"asOf with parts":          with(func(s *Statement) { s.AsOf = "2026-03-12T09:00:00.5Z" }),
		"asOf long ago":            with(func(s *Statement) { s.AsOf = "1969-03-12T09:00:00Z" }),
		"expires before":           with(func(s *Statement) { s.Expires = s.AsOf }),
		"more than a person reads": with(func(s *Statement) { s.Accepts = many(300) }),
	} {
		if b, err := Encode(s); !errors.Is(err, ErrStatement) {
			t.Errorf("%s: %v, %s", name, err, b)
		}
	}
}

func many(n int) []string {
	var out []string
	for i := range n {
		out = append(out, "sha256:"+strings.Repeat("0", 56)+strings.Repeat("0", 8-len(hex8(i)))+hex8(i))
	}
	return out
}

func hex8(i int) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[i>>8&15], digits[i>>4&15], digits[i&15]})
}

// TestOtherBytes: only the canonical bytes of a statement of this format, signed
// for this purpose, are one.
func TestOtherBytes(t *testing.T) {
	k := newKey(t, 'a')
	good, err := Encode(approval())
	check(t, err)
	text := string(good)
	for name, s := range map[string]Signed{
		"empty":             {},
		"not signed":        {text, ""},
		"another namespace": signBytes(t, k, text, signature.Roots),
		"a commit's":        signBytes(t, k, text, signature.Commits),
		"another's words":   {strings.Replace(text, `:march`, `:april`, 1), sign(t, k, approval()).Signature},
		"a line feed":       signBytes(t, k, text+"\n", signature.Statements),
		"spaces":            signBytes(t, k, strings.Replace(text, `,"act"`, `, "act"`, 1), signature.Statements),
		"an unknown key":    signBytes(t, k, strings.Replace(text, `"type"`, `"tipe":"x","type"`, 1), signature.Statements),
		"a key twice":       signBytes(t, k, strings.Replace(text, `"act":"approve"`, `"act":"reject","act":"approve"`, 1), signature.Statements),
		"another case":      signBytes(t, k, strings.Replace(text, `"act"`, `"Act"`, 1), signature.Statements),
		"null":              signBytes(t, k, "null", signature.Statements),
		"another type":      signBytes(t, k, strings.Replace(text, Type, "patchops/root/v1", 1), signature.Statements),
		"a list":            signBytes(t, k, "["+text+"]", signature.Statements),
		"huge":              signBytes(t, k, strings.Repeat(" ", Largest+1), signature.Statements),
	} {
		if s.Statement == text && name != "not signed" && name != "another namespace" && name != "a commit's" {
			t.Fatalf("%s: not changed", name)
		}
		if _, _, err := s.Open(); !errors.Is(err, ErrStatement) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, file := range []string{"", "{}x", "null", `{"statement":"x"}`, `{"signature":"","statement":"","more":""}`, strings.Repeat("x", 4*Largest+1)} {
		if _, err := Parse([]byte(file)); !errors.Is(err, ErrStatement) {
			t.Errorf("%.40q: %v", file, err)
		}
	}
}

// TestFormatPage: the command of docs/formats/statement.md checks a statement
// with nothing but ssh-keygen, and the worked bytes there are ours.
func TestFormatPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/formats/statement.md")
	check(t, err)
	dir := t.TempDir()
	for _, name := range []string{"statement.json", "statement.json.sig", "allowed_signers"} {
		check(t, os.WriteFile(filepath.Join(dir, name), []byte(block(t, string(page), name)), 0o600))
	}
	text := block(t, string(page), "statement.json")
	s := Signed{text, block(t, string(page), "statement.json.sig") + "\n"}
	if got, key, err := s.Open(); err != nil || got.Person != "dana" || !strings.Contains(string(page), s.Digest()) || !strings.Contains(string(page), key.Fingerprint()) {
		t.Errorf("%v: digest %s, key %s", err, s.Digest(), key.Fingerprint())
	}
	command := block(t, string(page), "command")
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Skip("no ssh-keygen here")
	}
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), `Good "patchops" signature for dana`) {
		t.Errorf("%v\n%s", err, out)
	}
}

// block is the fenced block behind a line "<!-- name -->".
func block(t *testing.T, page, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, "<!-- "+name+" -->\n```")
	_, rest, ok2 := strings.Cut(rest, "\n")
	body, _, ok3 := strings.Cut(rest, "\n```")
	if !ok || !ok2 || !ok3 {
		t.Fatalf("no block %s", name)
	}
	return strings.TrimPrefix(body, "$ ")
}
