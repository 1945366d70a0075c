package executor

import (
	"bytes"
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

// shortestCoded is the same for what is sought over line breaks and blanks.
const shortestCoded = 16

// Redactor takes secrets out of what is kept and shown: their values, and their base64,
// hexadecimal, URL and JSON forms. The zero value takes nothing out.
type Redactor struct {
	forms []string
	coded []string // those of base64 and hexadecimal, which tools break into lines
}

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
	slices.Sort(r.coded)
	r.coded = slices.Compact(r.coded)
	return r
}

func (r *Redactor) add(secret string) {
	trimmed := strings.TrimSpace(secret)
	if len(trimmed) < shortest {
		return
	}
	for _, v := range []string{secret, trimmed} {
		hexed := hex.EncodeToString([]byte(v))
		coded := append(inBase64(v), hexed, strings.ToUpper(hexed))
		for _, c := range coded {
			if len(c) >= shortestCoded {
				r.coded = append(r.coded, c)
			}
		}
		r.forms = append(append(append(r.forms, v), coded...), inJSON(v)...)
		for _, u := range []string{url.QueryEscape(v), url.PathEscape(v), strings.ReplaceAll(url.QueryEscape(v), "+", "%20")} {
			r.forms = append(r.forms, u, percent.ReplaceAllStringFunc(u, strings.ToLower))
		}
	}
}

// percent is an escape of URLs, of which some write the letters small.
var percent = regexp.MustCompile(`%[0-9A-F]{2}`)

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
	ascii := strconv.QuoteToASCII(v)
	return []string{ascii[1 : len(ascii)-1], string(b[1 : len(b)-1]), strings.Trim(strings.TrimSpace(plain.String()), `"`)}
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
	return r.broken(s)
}

// broken takes out what is broken into lines, as base64 and od print it.
func (r *Redactor) broken(s string) string {
	if len(r.coded) == 0 || !strings.ContainsAny(s, "\n ") {
		return s
	}
	whole, at := make([]byte, 0, len(s)), make([]int, 0, len(s))
	for i := range len(s) {
		if strings.IndexByte(" \t\r\n", s[i]) < 0 {
			whole, at = append(whole, s[i]), append(at, i)
		}
	}
	secret := make([]bool, len(s)) // and what is between its parts
	found := false
	for _, form := range r.coded {
		for from := 0; ; {
			n := bytes.Index(whole[from:], []byte(form))
			if n < 0 {
				break
			}
			from, found = from+n+len(form), true
			for i := at[from-len(form)]; i <= at[from-1]; i++ {
				secret[i] = true
			}
		}
	}
	if !found {
		return s
	}
	var out strings.Builder
	for i := range len(s) {
		switch {
		case !secret[i]:
			out.WriteByte(s[i])
		case i == 0 || !secret[i-1]:
			out.WriteString(redacted)
		}
	}
	return out.String()
}

// short is text without secrets, of at most n bytes, none of which is of a secret that the
// cut at most bytes went through.
func (r *Redactor) short(s string, most, n int) string {
	cut := len(s) >= most
	if s = r.String(s); cut {
		s, _ = r.edges(s, "")
	}
	return clip(s, n)
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
