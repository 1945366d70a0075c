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
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium")
	}
	for name, p := range map[string]Plan{"small": smallPlan(t), "big": bigPlan(t, 500)} {
		dir := t.TempDir()
		page := filepath.Join(dir, "plan.html")
		if err := os.WriteFile(page, planned(t, "html", p, Options{}), 0o644); err != nil {
			t.Fatal(err)
		}
		dom := chromium(t, browser, dir, "--dump-dom", "file://"+page)
		if want := "of " + map[string]string{"small": "2", "big": "500"}[name] + " shown"; !strings.Contains(dom, want) {
			t.Errorf("%s: the script did not run: no %q in the page", name, want)
		}
		if strings.Contains(dom, "Refused to") {
			t.Errorf("%s: the page breaks its own policy: %s", name, dom)
		}
		photograph(t, browser, dir, name, page)
	}
}

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
