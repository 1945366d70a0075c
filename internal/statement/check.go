package statement

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The forms of values.
var (
	repositoryForm  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{7,63}$`)
	nameForm        = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	numberForm      = regexp.MustCompile(`^#[1-9][0-9]{0,15}$`)
	commitForm      = regexp.MustCompile(`^[0-9a-f]{40}$`)
	digestForm      = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	fingerprintForm = regexp.MustCompile(`^SHA256:[A-Za-z0-9+/]{43}$`)
	branchForm      = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._/+@=-]{0,199}$`)
)

// Longest are the characters of a reason or text.
const longest = 4000

// kind is the part of a subject before its colon: what it is about.
func kind(subject string) string {
	k, _, _ := strings.Cut(subject, ":")
	return k
}

// may says which acts speak about which subjects.
var may = map[string]string{
	Approve: "change main gate resume override", Reject: "change main gate resume override", Withdraw: "change main gate resume override",
	Consent: "change gate override", Hold: "plan", Abort: "plan", Recall: "plan", Revoke: "key", Done: "notice task", Fail: "task", Report: "facts",
}

// Check says what is wrong with a statement's values.
func (s Statement) Check() error {
	switch {
	case s.Type != Type:
		return bad("type %q, wanted %q", s.Type, Type)
	case !repositoryForm.MatchString(s.Repository):
		return bad("repository %q, wanted its id of letters, digits and hyphens", s.Repository)
	case !Branch(s.Target):
		return bad("target %q, wanted a branch such as \"main\"", s.Target)
	case may[s.Act] == "":
		return bad("act %q, wanted approve, reject, withdraw, consent, hold, abort, recall, revoke, done, fail or report", s.Act)
	case !nameForm.MatchString(s.Person):
		return bad("person %q, wanted a Person's name", s.Person)
	case s.Serial < 1 || s.Serial > maxNumber:
		return bad("serial %d, wanted 1 to %d", s.Serial, maxNumber)
	case s.Serial == 1 && s.Prev != "" || s.Serial > 1 && !digestForm.MatchString(s.Prev):
		return bad("serial %d after %q, wanted the digest of the one before, and none before the first", s.Serial, s.Prev)
	}
	if err := CheckSubject(s.Subject); err != nil {
		return err
	}
	if !slices.Contains(strings.Fields(may[s.Act]), kind(s.Subject)) {
		return bad("%s of %q, wanted one of %s", s.Act, s.Subject, may[s.Act])
	}
	for _, check := range []func() error{s.checkSeen, s.checkAccepts, s.checkWords, s.checkFacts, s.checkInstants} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// CheckSubject says what is wrong with a subject.
func CheckSubject(subject string) error {
	_, rest, colon := strings.Cut(subject, ":")
	ok := false
	switch kind(subject) {
	case "main":
		ok = !colon
	case "change":
		ok = Branch(rest) || numberForm.MatchString(rest)
	case "gate":
		ok = names(rest, 3)
	case "override":
		ok = names(rest, 2)
	case "plan", "resume":
		ok = names(rest, 2) || names(rest, 3)
	case "notice", "task", "facts":
		ok = deed(kind(subject), rest)
	case "key":
		ok = fingerprintForm.MatchString(rest)
	}
	if !ok {
		return bad("subject %q, wanted change:BRANCH, change:#41, main, gate:CLIENT/PLAN/WAVE, resume:CLIENT/PLAN[/WAVE], override:CLIENT/PLAN, plan:CLIENT/PLAN[/WAVE], key:SHA256:..., notice:CLIENT/PLAN/WINDOW/INSTANT, task:CLIENT/PLAN/ASSET/DIGEST or facts:CLIENT", subject)
	}
	return nil
}

// Branch reports whether a name can be that of a branch with changes.
func Branch(name string) bool {
	if !branchForm.MatchString(name) || strings.Contains(name, "..") || strings.Contains(name, "@{") || strings.HasPrefix(name, "patchops/") {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".") || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return true
}

func names(path string, n int) bool {
	parts := strings.Split(path, "/")
	return len(parts) == n && !slices.ContainsFunc(parts, func(p string) bool { return !nameForm.MatchString(p) })
}

// checkSeen wants what was looked at, where there is something to look at: whoever
// agrees has seen the effect; whoever refuses may name the head alone.
func (s Statement) checkSeen() error {
	k := kind(s.Subject)
	if k != "change" && k != "main" {
		if s.Head+s.Base+s.Effect != "" {
			return bad("head, base and effect of %q, which is no change", s.Subject)
		}
		return nil
	}
	switch {
	case s.Head == "" && s.Act != Withdraw || s.Head != "" && !commitForm.MatchString(s.Head):
		return bad("head %q, wanted a full commit id", s.Head)
	case s.Base != "" && !commitForm.MatchString(s.Base):
		return bad("base %q, wanted a full commit id", s.Base)
	case s.Effect != "" && !digestForm.MatchString(s.Effect):
		return bad("effect %q, wanted \"sha256:<hex>\"", s.Effect)
	case (s.Base == "") != (s.Effect == ""), s.Head == "" && s.Base != "":
		return bad("head %q, base %q and effect %q, wanted all that was looked at", s.Head, s.Base, s.Effect)
	case s.Base == "" && s.agrees():
		return bad("%s without base and effect: nobody agrees unseen", s.Act)
	}
	return nil
}

func (s Statement) agrees() bool { return s.Act == Approve || s.Act == Consent }

func (s Statement) checkAccepts() error {
	if len(s.Accepts) > 0 && (s.Effect == "" || !s.agrees()) {
		return bad("accepts findings, which %s of %q does not", s.Act, s.Subject)
	}
	for i, a := range s.Accepts {
		if !digestForm.MatchString(a) {
			return bad("accepts %q, wanted the fingerprint of a finding, \"sha256:<hex>\"", a)
		}
		if i > 0 && s.Accepts[i-1] >= a {
			return bad("accepts are not sorted, each once")
		}
	}
	return nil
}

// checkWords wants the words that an act cannot do without.
func (s Statement) checkWords() error {
	if kind(s.Subject) == "override" && s.Act == Approve || kind(s.Subject) == "plan" || s.Act == Revoke {
		if strings.TrimSpace(s.Reason) == "" {
			return bad("%s of %q without a reason", s.Act, s.Subject)
		}
	}
	if err := text("reason", s.Reason); err != nil {
		return err
	}
	if err := text("text", s.Text); err != nil {
		return err
	}
	if kind(s.Subject) == "task" {
		return s.checkTask()
	}
	if s.Act != Consent && s.Act != Done {
		if s.Contact+s.By+s.Text != "" {
			return bad("contact, by and text of %s, wanted with consent and done only", s.Act)
		}
		return nil
	}
	switch {
	case !names(s.Contact, 2):
		return bad("contact %q, wanted a Contact's client and name, CLIENT/NAME", s.Contact)
	case s.By != "phone" && s.By != "email" && s.By != "portal":
		return bad("%s by %q, wanted phone, email or portal", s.Act, s.By)
	case strings.TrimSpace(s.Text) == "":
		return bad("%s without the contact's words", s.Act)
	}
	return nil
}

// text refuses what would show as something else than it is.
func text(what, s string) error {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > longest {
		return bad("%s of %d bytes, wanted UTF-8 of at most %d characters", what, len(s), longest)
	}
	for _, r := range s {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			return bad("%s with the character %U, wanted text", what, r)
		}
	}
	return nil
}

// Override is how long an override may last at most.
const Override = 4 * time.Hour

func (s Statement) checkInstants() error {
	asOf, err := Instant(s.AsOf)
	if err != nil {
		return bad("asOf: %w", err)
	}
	if s.Expires == "" {
		if kind(s.Subject) == "override" && s.Act == Approve {
			return bad("an override without expires, wanted at most %s after asOf", Override)
		}
		return nil
	}
	expires, err := Instant(s.Expires)
	if err != nil {
		return bad("expires: %w", err)
	}
	switch {
	case s.Act == Revoke && expires.After(asOf):
		return bad("a key that was compromised since %s, wanted not after asOf %s", s.Expires, s.AsOf)
	case s.Act == Revoke:
		return nil
	case !s.agrees():
		return bad("%s expires, which only an approval or a consent does", s.Act)
	case !expires.After(asOf):
		return bad("expires %s, wanted after asOf %s", s.Expires, s.AsOf)
	case kind(s.Subject) == "override" && expires.Sub(asOf) > Override:
		return bad("an override that expires %s, wanted at most %s after asOf %s", s.Expires, Override, s.AsOf)
	}
	return nil
}

// Instant reads an instant in the only form that statements use: RFC 3339 in UTC
// with whole seconds, such as 2026-03-12T09:00:00Z.
func Instant(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.UTC().Format(time.RFC3339) != s || t.Year() < 1970 || t.Year() >= 2100 {
		return time.Time{}, bad("%q, wanted UTC with whole seconds, such as 2026-03-12T09:00:00Z", s)
	}
	return t, nil
}
