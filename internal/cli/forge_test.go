package cli

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/patchops/patchops/internal/github/githubtest"
)

// forges are the fake GitHubs of running scripts, by their work folder.
var forges sync.Map

// forgeCommand is forge, a command of scripts: what people and other machines do on a fake
// GitHub over a bare repository.
//
//	forge start DIR NAME             serve DIR as NAME; sets FORGE_API and GITHUB_TOKEN
//	forge user ID LOGIN EMAIL        an account, and the address of its commits
//	forge open BRANCH ID [TITLE]     open a pull request
//	forge pushed ID                  who moved the branches that just moved
//	forge review N ID STATE          APPROVED, CHANGES_REQUESTED, COMMENTED
//	forge dismiss N REVIEW           the REVIEW-th review of N, from 1
//	forge merge N METHOD             by hand, in the browser
//	forge set N WHAT [VALUE]         close, reopen, draft, ready, base BRANCH
//	forge require NAME [APP]         a check before merges
//	forge report N NAME APP STATUS [CONCLUSION]
//	forge role ROLE                  of the credential: write, maintain, admin
//	forge busy INSTANT               the next request is refused, and none is wanted before then
//	forge show N                     state, check runs and comments, to stdout
//	forge clean                      all requests were within GitHub's description
func forgeCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: forge COMMAND [args...]")
	}
	if args[0] == "start" {
		startForge(ts, args[1:])
		return
	}
	held, ok := forges.Load(ts.Getenv("WORK"))
	if !ok {
		ts.Fatalf("forge start comes first")
	}
	f, ok := held.(*githubtest.Forge)
	if !ok {
		ts.Fatalf("no forge")
	}
	args = append(args, "", "", "", "", "") // what is left out is empty
	ts.Check(onForge(ts, f, args))
}

func startForge(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: forge start DIR NAME")
	}
	f, err := githubtest.New(ts.MkAbs(args[0]), args[1], func() time.Time { return scriptNow })
	ts.Check(err)
	work := ts.Getenv("WORK")
	forges.Store(work, f)
	ts.Defer(func() {
		forges.Delete(work)
		f.Close()
	})
	ts.Setenv("FORGE_API", f.API())
	ts.Setenv("GITHUB_TOKEN", githubtest.Token)
}

func onForge(ts *testscript.TestScript, f *githubtest.Forge, args []string) error {
	n := int(numbered(args[1]))
	switch args[0] {
	case "user":
		f.User(numbered(args[1]), args[2], args[3])
	case "open":
		made, err := f.Open(githubtest.Pull{Branch: args[1], Author: numbered(args[2]), Title: args[3]})
		ts.Logf("opened #%d", made)
		return err
	case "pushed":
		return f.Pushed(numbered(args[1]))
	case "review":
		_, err := f.Review(n, numbered(args[2]), args[3])
		return err
	case "dismiss":
		return f.Dismiss(n, int(numbered(args[2])))
	case "merge":
		_, err := f.Join(n, args[2])
		return err
	case "set":
		return f.Set(n, args[2], args[3])
	case "require":
		f.Require(args[1], numbered(args[2]), false)
	case "report":
		f.Report(f.Head(n), args[2], numbered(args[3]), args[4], args[5])
	case "role":
		f.Role(args[1], "")
	case "busy":
		until, err := time.Parse(time.RFC3339, args[1])
		f.Fault(githubtest.Fault{Status: 429, Header: http.Header{"Retry-After": {until.Format(http.TimeFormat)}}, Times: 1})
		return err
	case "show":
		_, err := ts.Stdout().Write([]byte(shownOn(f, n)))
		return err
	case "clean":
		if v := f.Violations(); len(v) > 0 {
			return errors.New(strings.Join(v, "\n"))
		}
	default:
		return fmt.Errorf("forge %s: no such command", args[0])
	}
	return nil
}

func numbered(text string) int64 {
	n, _ := strconv.ParseInt(strings.TrimPrefix(text, "#"), 10, 64)
	return n
}

// shownOn is a pull request as people see it.
func shownOn(f *githubtest.Forge, n int) string {
	var b strings.Builder
	state, _ := f.State(n)
	fmt.Fprintf(&b, "pull request #%d: %s\n", n, state)
	for _, c := range f.Checks(n) {
		fmt.Fprintf(&b, "check %s: %s %s, %s\n%s\n", c.Name, c.Status, c.Conclusion, c.Title, c.Summary)
		for _, note := range c.Notes {
			fmt.Fprintln(&b, note)
		}
	}
	for i, c := range f.Comments(n) {
		fmt.Fprintf(&b, "comment %d by %d, edited %d times:\n%s\n", i+1, c.Account, c.Edits, c.Body)
	}
	return b.String()
}
