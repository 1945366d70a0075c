package executor

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// redacted stands where a secret was.
const redacted = "[redacted]"

// shortest is the length below which a value is not sought: it would be found everywhere.
const shortest = 4

// Redactor takes secrets out of what is kept and shown: their values, and their base64,
// hexadecimal, URL and JSON forms. The zero value takes nothing out.
type Redactor struct{ forms []string }

// NewRedactor seeks these values, and those lines of them that are long enough.
func NewRedactor(secrets ...string) *Redactor {
	r := &Redactor{}
	for _, s := range secrets {
		r.add(s)
		if lines := strings.Split(s, "\n"); len(lines) > 1 { // a private key is shown line by line
			for _, line := range lines {
				if line = strings.TrimSpace(line); len(line) >= 16 && !strings.HasPrefix(line, "-----") {
					r.add(line)
				}
			}
		}
	}
	// The longest first: what holds another goes as a whole.
	slices.SortFunc(r.forms, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	r.forms = slices.Compact(r.forms)
	return r
}

func (r *Redactor) add(secret string) {
	trimmed := strings.TrimSpace(secret)
	if len(trimmed) < shortest {
		return
	}
	for _, v := range []string{secret, trimmed} {
		hexed := hex.EncodeToString([]byte(v))
		r.forms = append(r.forms, v, hexed, strings.ToUpper(hexed), url.QueryEscape(v), url.PathEscape(v))
		r.forms = append(r.forms, inBase64(v)...)
		r.forms = append(r.forms, inJSON(v)...)
	}
}

// inBase64 are the letters that v alone decides, wherever it begins in what is encoded.
func inBase64(v string) []string {
	var out []string
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for shift := range 3 {
			coded := e.EncodeToString([]byte(strings.Repeat("\x00", shift) + v))
			from := (shift*8 + 5) / 6 // letters that also depend on what stands before
			to := (shift + len(v)) * 8 / 6
			if to-from >= shortest {
				out = append(out, coded[from:to])
			}
		}
	}
	return out
}

func inJSON(v string) []string {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var plain strings.Builder
	e := json.NewEncoder(&plain)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return nil
	}
	return []string{string(b[1 : len(b)-1]), strings.Trim(strings.TrimSpace(plain.String()), `"`)}
}

// userInfo is what stands before the host in a URL: a name, and often a password.
var userInfo = regexp.MustCompile(`(\w://)[^/@\s"']+@`)

// String takes the secrets out of s, and whatever stands where URLs have a password.
func (r *Redactor) String(s string) string {
	if strings.Contains(s, "://") {
		s = userInfo.ReplaceAllString(s, "$1"+redacted+"@")
	}
	if r == nil {
		return s
	}
	for _, form := range r.forms {
		s = strings.ReplaceAll(s, form, redacted)
	}
	return s
}

// edges takes away what the end of one piece and the beginning of the next show of a secret
// that the cut between them went through.
func (r *Redactor) edges(head, tail string) (string, string) {
	if r == nil {
		return head, tail
	}
	for _, form := range r.forms {
		for n := len(form) - 1; n >= shortest; n-- {
			if strings.HasSuffix(head, form[:n]) {
				head = head[:len(head)-n] + redacted
			}
			if strings.HasPrefix(tail, form[len(form)-n:]) {
				tail = redacted + tail[n:]
			}
		}
	}
	return head, tail
}

// Escape makes what a host said harmless for terminals, logs and people: control and
// formatting characters (bidi among them), line and paragraph separators and what is no
// UTF-8 become \u{...} or \x..; line feeds and tabs stay.
func Escape(s string) string {
	if harmless(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		c, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == utf8.RuneError && n == 1:
			b.WriteString(`\x` + hex.EncodeToString([]byte{s[i]}))
		case c == '\r' && i+1 < len(s) && s[i+1] == '\n':
		case c == '\n' || c == '\t' || shown(c):
			b.WriteString(s[i : i+n])
		default:
			b.WriteString(`\u{` + strconv.FormatInt(int64(c), 16) + `}`)
		}
		i += n
	}
	return b.String()
}

func harmless(s string) bool {
	for _, c := range s {
		if c != '\n' && c != '\t' && (c == utf8.RuneError || !shown(c)) {
			return false
		}
	}
	return true
}

// shown reports whether a character is one that a reader sees, and sees where it stands.
func shown(c rune) bool {
	return unicode.IsPrint(c) && !unicode.Is(unicode.Bidi_Control, c) && !unicode.Is(unicode.Cf, c)
}
