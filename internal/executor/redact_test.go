package executor

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/patchops/patchops/internal/dispatch"
)

// TestRedaction: no form of a secret is left, wherever it stands (R53).
func TestRedaction(t *testing.T) {
	const secret = "s3cr3t/Pa\"ss+w<o>rd&é"
	r := NewRedactor(secret)
	coded, err := json.Marshal(map[string]string{"password": secret})
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]string{
		"plain":  "password=" + secret + ";",
		"hex":    hex.EncodeToString([]byte(secret)),
		"HEX":    strings.ToUpper(hex.EncodeToString([]byte("x" + secret))),
		"json":   string(coded),
		"query":  "https://h/?p=" + url.QueryEscape(secret) + "&x",
		"path":   "https://h/" + url.PathEscape(secret),
		"base64": base64.StdEncoding.EncodeToString([]byte(secret)),
		"raw":    base64.RawURLEncoding.EncodeToString([]byte(secret)),
		"user":   base64.StdEncoding.EncodeToString([]byte("user:" + secret)),
		"shift1": base64.StdEncoding.EncodeToString([]byte("a" + secret + "tail")),
		"shift2": base64.StdEncoding.EncodeToString([]byte("ab" + secret + "tail of it")),
		"url64":  base64.URLEncoding.EncodeToString([]byte("abc" + secret)),
	} {
		got := r.String(s)
		if !strings.Contains(got, redacted) {
			t.Errorf("%s: %q found, something taken out of %q wanted", name, got, s)
		}
		for _, form := range r.forms {
			if strings.Contains(got, form) {
				t.Errorf("%s: %q found in %q", name, form, got)
			}
		}
	}
	if got := r.String("nothing of it"); got != "nothing of it" {
		t.Errorf("%q found, the same wanted", got)
	}
}

// TestR53RedactionOverLines: what base64 and od break into lines is found, too, and so is what
// the bound of a host's words cuts through.
func TestR53RedactionOverLines(t *testing.T) {
	var key strings.Builder
	key.WriteString("-----BEGIN OPENSSH PRIVATE KEY-----\n")
	for i := range 5 {
		key.WriteString(strings.Repeat(string(rune('a'+i))+"3Bz+9/Q", 8)[:60] + "\n")
	}
	key.WriteString("-----END OPENSSH PRIVATE KEY-----\n")
	r := NewRedactor(key.String())
	coded, hexed := base64.StdEncoding.EncodeToString([]byte("x"+key.String())), hex.EncodeToString([]byte(key.String()))
	for name, c := range map[string]struct {
		text string
		step int
	}{"base64": {coded, 76}, "short base64": {coded, 13}, "od": {hexed, 2}} {
		var broken strings.Builder
		for rest := c.text; rest != ""; rest = rest[min(c.step, len(rest)):] {
			broken.WriteString(rest[:min(c.step, len(rest))] + "\n")
		}
		got := strings.ReplaceAll(r.String("before\n"+broken.String()+"after"), "\n", "")
		if !strings.HasPrefix(got, "before") || !strings.HasSuffix(got, "after") || len(got) > 60 {
			t.Errorf("%s: %q found, no more than what is around the key wanted", name, got)
		}
	}
	for _, form := range []string{"p%2fss+w%c3%b6rd", "p%2Fss%20w%C3%B6rd", `p/ss w\u00f6rd`} {
		if got := NewRedactor("p/ss wörd").String(form); got != redacted {
			t.Errorf("%q found for %q, %s wanted", got, form, redacted)
		}
	}
	line := strings.Split(key.String(), "\n")[1]
	for _, before := range []int{270, maxWords - 20} {
		a := Keep(dispatch.Answer{Text: Escape(clip(strings.Repeat(".", before)+line, maxWords))}, Printed{}, Sink{}, r)
		if strings.Contains(a.Text, line[:8]) || len(a.Text) > keptWords {
			t.Errorf("%d bytes, %q found, nothing of the key wanted", len(a.Text), a.Text)
		}
	}
}

// TestRedactionOfKeys: a private key is shown line by line.
func TestRedactionOfKeys(t *testing.T) {
	key := "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\nAAAAABAAAAMwAAAAtzc2gtZWQyNTUxOQAAACB\n-----END OPENSSH PRIVATE KEY-----\n"
	r := NewRedactor(key, "", "abc", "\n")
	out := r.String("line AAAAABAAAAMwAAAAtzc2gtZWQyNTUxOQAAACB here, abc stays")
	if strings.Contains(out, "AAAAABAAAAMw") || !strings.Contains(out, "abc stays") {
		t.Errorf("%q found, the key's line taken out and nothing else wanted", out)
	}
	var none *Redactor
	if got := none.String("E: https://bob:pa55@mirror.example/x?y failed, http://mirror/a@b"); got != "E: https://[redacted]@mirror.example/x?y failed, http://mirror/a@b" {
		t.Errorf("%q found, no user and no password wanted", got)
	}
	if none.String("x") != "x" {
		t.Error("a redactor that is none changed something")
	}
}

// TestSecretsReachNothing: a canary through every field that a host fills (R53).
func TestSecretsReachNothing(t *testing.T) {
	const canary = "canary-7f3a91"
	sink := Sink{Folder: t.TempDir(), Salt: []byte("0123456789abcdef")}
	a := dispatch.Answer{
		Key: "sha256:0123456789", State: dispatch.Finished, Text: "at " + canary,
		Outcome: &dispatch.Outcome{Result: dispatch.Failed, Why: "no " + canary, Facts: []dispatch.Fact{{Name: "x", Value: canary}}, BootID: canary, Step: canary, Before: []dispatch.Package{{Name: canary, Version: canary}}},
	}
	a = Keep(a, Printed{Head: []byte("\x1b[2Ja canary-7f"), Tail: []byte("3a91 b"), Bytes: 17}, sink, NewRedactor(canary))
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(sink.Folder, "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%q %v found, one file wanted", files, err)
	}
	kept, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(kept), "\x1b") {
		t.Errorf("%q found in a file, no escape of a terminal wanted", kept)
	}
	if all := string(b) + string(kept); strings.Contains(all, canary) || !strings.Contains(all, redacted) {
		t.Errorf("%s found, no canary wanted", all)
	}
}

// TestRedactionAtTheCut: what is left out cuts through a secret; neither half is shown.
func TestRedactionAtTheCut(t *testing.T) {
	const secret = "hunter2-and-more"
	sink := Sink{Folder: t.TempDir(), Salt: []byte("0123456789abcdef")}
	out, err := sink.Keep("sha256:0123456789", Printed{Head: []byte("a hunter2-an"), Tail: []byte("er2-and-more b"), Bytes: 1000}, NewRedactor(secret))
	if want := "a [redacted]\n[974 bytes left out]\n[redacted] b"; err != nil || out.Text != want {
		t.Errorf("%q %v found, %q wanted", out.Text, err, want)
	}
}

func TestPrune(t *testing.T) {
	sink := Sink{Folder: filepath.Join(t.TempDir(), "outputs"), Salt: []byte("0123456789abcdef")}
	if err := sink.Prune(10, 9); err != nil {
		t.Fatal(err)
	}
	for i, key := range []string{"sha256:old00000", "sha256:middle00", "sha256:new00000"} {
		if _, err := sink.Keep(key, Printed{Head: []byte("12345678"), Bytes: 8}, nil); err != nil {
			t.Fatal(err)
		}
		at := time.Unix(int64(1000+i), 0)
		if err := os.Chtimes(filepath.Join(sink.Folder, strings.ReplaceAll(key, ":", "-")+".txt"), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := sink.Prune(20, 9); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(sink.Folder, "*old*")); len(left) != 0 {
		t.Errorf("%q found, the oldest gone wanted", left)
	}
	if left, _ := filepath.Glob(filepath.Join(sink.Folder, "*")); len(left) != 2 {
		t.Errorf("%q found, two wanted", left)
	}
	if err := sink.Prune(20, 1); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(sink.Folder, "*")); len(left) != 1 || !strings.Contains(left[0], "new") {
		t.Errorf("%q found, the newest wanted", left)
	}
}

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"plain ä€😀\n\tx":     "plain ä€😀\n\tx",
		"\x1b[2J":            `\u{1b}[2J`,
		"a\r\nb\rc":          "a\nb\\u{d}c",
		"\x00\x7f\x9b":       `\u{0}\u{7f}\x9b`,
		"\u0085\u202e\u2066": `\u{85}\u{202e}\u{2066}`,
		"\u200b\ufeff\u2028": `\u{200b}\u{feff}\u{2028}`,
		"\xff\xfe":           `\xff\xfe`,
		"\U000e0041":         `\u{e0041}`,
	} {
		if got := Escape(in); got != want {
			t.Errorf("%q found for %q, %q wanted", got, in, want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	sink := Sink{Salt: []byte("0123456789abcdef")}
	long := strings.Repeat("line ä of many\n", 5000)
	out, err := sink.Keep("sha256:0123456789", Printed{Head: []byte("first\n" + long), Tail: []byte(long + "last"), Bytes: 1 << 30}, nil)
	if err != nil || len(out.Text) > maxExcerpt || !utf8.ValidString(out.Text) || !out.Cut || out.Bytes != 1<<30 {
		t.Errorf("%d characters, cut %v, %d bytes, %v found, at most 4 KiB of all wanted", len(out.Text), out.Cut, out.Bytes, err)
	}
	if !strings.HasPrefix(out.Text, "first\n") || !strings.HasSuffix(out.Text, "last") || !strings.Contains(out.Text, "[...]") {
		t.Errorf("%q found, beginning and end wanted", out.Text)
	}
	other, err := Sink{Salt: []byte("another salt")}.Keep("sha256:0123456789", Printed{Head: []byte("x"), Bytes: 1}, nil)
	same, err2 := sink.Keep("sha256:0123456789", Printed{Head: []byte("x"), Bytes: 1}, nil)
	if err != nil || err2 != nil || other.SHA256 == same.SHA256 || same.Cut {
		t.Errorf("%+v and %+v found, hashes that tell nothing without the salt wanted", other, same)
	}
	if none, err := sink.Keep("sha256:0123456789", Printed{}, nil); err != nil || none != (dispatch.Output{}) {
		t.Errorf("%+v %v found, nothing wanted", none, err)
	}
}
