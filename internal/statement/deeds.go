package statement

import (
	"cmp"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Fact is something that was measured on an asset, such as the version of an
// installed package.
type Fact struct {
	Asset   string `json:"asset"`
	Name    string `json:"name"`
	Subject string `json:"subject,omitempty"`
	Value   string `json:"value,omitempty"`
	State   string `json:"state,omitempty"`
}

// Compare orders facts by asset, name and subject: of those three there is one
// value.
func (f Fact) Compare(g Fact) int {
	return cmp.Or(cmp.Compare(f.Asset, g.Asset), cmp.Compare(f.Name, g.Name), cmp.Compare(f.Subject, g.Subject))
}

var (
	hexForm      = regexp.MustCompile(`^[0-9a-f]{64}$`)
	factNameForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)
)

// deed reports whether what follows the colon is that of a notice, a task or facts.
func deed(kind, rest string) bool {
	switch kind {
	case "notice":
		cut := strings.LastIndex(rest, "/")
		if cut < 0 || !names(rest[:cut], 3) {
			return false
		}
		_, err := Instant(rest[cut+1:])
		return err == nil
	case "task":
		cut := strings.LastIndex(rest, "/")
		return cut > 0 && names(rest[:cut], 3) && hexForm.MatchString(rest[cut+1:])
	}
	return names(rest, 1)
}

// checkTask wants to know why a task failed, and of whom nothing else.
func (s Statement) checkTask() error {
	switch {
	case s.Contact+s.By != "":
		return bad("contact and by of a task, which is nobody's word")
	case s.Act == Fail && strings.TrimSpace(s.Text) == "":
		return bad("a failed task without text that says how")
	}
	return nil
}

// checkFacts wants facts where they are reported, each once.
func (s Statement) checkFacts() error {
	if (s.Act == Report) != (len(s.Facts) > 0) {
		return bad("%s with %d facts, wanted report with one or more", s.Act, len(s.Facts))
	}
	for i, f := range s.Facts {
		if err := f.Check(); err != nil {
			return err
		}
		if i > 0 && s.Facts[i-1].Compare(f) >= 0 {
			return bad("facts are not sorted by asset, name and subject, each once")
		}
	}
	return nil
}

// Check says what is wrong with a fact's values.
func (f Fact) Check() error {
	if !names(f.Asset, 1) {
		return bad("asset %q, wanted an Asset's name", f.Asset)
	}
	if !factNameForm.MatchString(f.Name) {
		return bad("fact %q, wanted a name such as \"package\"", f.Name)
	}
	for _, v := range []string{f.Subject, f.Value, f.State} {
		if strings.Contains(v, "\n") || utf8.RuneCountInString(v) > 200 {
			return bad("%q of fact %s of %s, wanted one line of at most 200 characters", v, f.Name, f.Asset)
		}
		if err := text("fact "+f.Name, v); err != nil {
			return err
		}
	}
	if f.Value+f.State == "" {
		return bad("fact %s of %s without value and state", f.Name, f.Asset)
	}
	return nil
}
