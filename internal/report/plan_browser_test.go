package report

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPlanPageInBrowser shows the page for 3 and for 500 clients in headless
// Chromium, where there is one: the script runs, nothing breaks the page's own
// security policy, and there is something to see. With SCREENSHOTS=dir the pictures
// are kept there.
func TestPlanPageInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium")
	}
	for name, c := range map[string]struct {
		plan  Plan
		shown string
	}{
		"small":   {smallPlan(t), "2 of 2 shown"},
		"big":     {bigPlan(t, 500), "500 of 500 shown"},
		"hostile": {hostilePlan(t), "2 of 2 shown"},
	} {
		dir := t.TempDir()
		page := filepath.Join(dir, "plan.html")
		text := planned(t, "html", c.plan, Options{})
		if err := os.WriteFile(page, text, 0o644); err != nil {
			t.Fatal(err)
		}
		dom := chromium(t, browser, dir, "--dump-dom", "file://"+page)
		if !strings.Contains(dom, c.shown) {
			t.Errorf("%s: the script did not run: no %q in the page", name, c.shown)
		}
		if strings.Contains(dom, violation) {
			t.Errorf("%s: something in the page breaks its policy", name)
		}
		if name != "hostile" {
			photograph(t, browser, dir, name, page)
		}
	}
	dir := t.TempDir()
	page := filepath.Join(dir, "plan.html")
	injected := bytes.Replace(planned(t, "html", smallPlan(t), Options{}), []byte("</main>"), []byte("<script>document.title = 'broken'</script></main>"), 1)
	if err := os.WriteFile(page, injected, 0o644); err != nil {
		t.Fatal(err)
	}
	if dom := chromium(t, browser, dir, "--dump-dom", "file://"+page); !strings.Contains(dom, violation) || strings.Contains(dom, "<title>broken") {
		t.Error("a script that is not ours ran, or was not refused aloud")
	}
}

// violation is what the browser says when a page's policy keeps something out.
const violation = "violates the following Content Security Policy"

// photograph looks at the page; with SCREENSHOTS in every way and keeps the
// pictures, else once.
func photograph(t *testing.T, browser, dir, name, page string) {
	t.Helper()
	keep := os.Getenv("SCREENSHOTS")
	for kind, flags := range map[string][]string{
		"light":  {"--window-size=1440,1600"},
		"dark":   {"--window-size=1440,1600", "--blink-settings=preferredColorScheme=0"},
		"narrow": {"--window-size=500,1400"},
	} {
		if keep == "" && kind != "light" {
			continue
		}
		shot := filepath.Join(dir, name+"-"+kind+".png")
		chromium(t, browser, dir, append(flags, "--screenshot="+shot, "file://"+page)...)
		b, err := os.ReadFile(shot)
		if err != nil || len(b) < 20_000 || !bytes.HasPrefix(b, []byte("\x89PNG")) {
			t.Errorf("%s %s: a picture of %d bytes, error %v", name, kind, len(b), err)
		}
		if keep != "" {
			if err := os.WriteFile(filepath.Join(keep, filepath.Base(shot)), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// chromium runs the browser on a profile of its own and returns what it prints.
func chromium(t *testing.T, browser, dir string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	args = append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr", "--user-data-dir=" + filepath.Join(dir, "profile")}, args...)
	cmd := exec.CommandContext(ctx, browser, args...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}
