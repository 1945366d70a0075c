package executor_test

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/executor"
)

// TestSSHTakesWhatAHostGives: many who ask a host at once that takes one session of each
// connection are all heard, each over a connection of its own in the end.
func TestSSHTakesWhatAHostGives(t *testing.T) {
	t.Parallel()
	const n = 4
	var mu sync.Mutex
	verbs, all := "", make(chan struct{})
	h, o := lies(t, &liar{single: true, says: func(verb string, in []byte, out io.Writer) int {
		mu.Lock()
		if verbs += verb + " "; strings.Count(verbs, " ") == n {
			close(all)
		}
		mu.Unlock()
		<-all
		_, _ = io.WriteString(out, header(in)+"state refused\nwhy LOCKED\ntext no\nend\n")
		return 0
	}})
	o.Question = time.Hour
	e := executor.NewSSH(o)
	t.Cleanup(func() { _ = e.Close() })
	var asked sync.WaitGroup
	for range n {
		asked.Go(func() {
			if a := e.Start(t.Context(), sshTask(h.target(), "true"), nil); a.State != dispatch.Refused || a.Why != "LOCKED" {
				t.Errorf("%s %s %q, wanted what the host said", a.State, a.Why, a.Text)
			}
		})
	}
	asked.Wait()
	if verbs != strings.Repeat(executor.VerbBegin+" ", n) {
		t.Errorf("the host was asked %q", verbs)
	}
}

// TestSSHAsksNothingLate: a host that takes a command when nobody waits for it any more is told
// nothing over a connection that others keep.
func TestSSHAsksNothingLate(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var told []string
	first, second := sshTask(dispatch.Target{}, "true"), sshTask(dispatch.Target{}, "true")
	commands, withheld, release, over := 0, make(chan struct{}), make(chan struct{}), make(chan struct{})
	h, o := lies(t, &liar{late: func() {
		mu.Lock()
		commands++
		n := commands
		mu.Unlock()
		if n == 2 {
			close(withheld)
			<-release
		}
	}, says: func(_ string, in []byte, out io.Writer) int {
		mu.Lock()
		told = append(told, string(in))
		n := len(told)
		mu.Unlock()
		if n == 2 {
			close(over)
		}
		if n > 1 {
			return -1
		}
		_, _ = io.WriteString(out, header(in)+"step install\n")
		<-over
		return -2
	}})
	first.Target, second.Target = h.target(), h.target()
	o.Question = time.Hour
	e := executor.NewSSH(o)
	t.Cleanup(func() { _ = e.Close() })
	begun, ended := make(chan struct{}), make(chan struct{})
	one, cancelOne := context.WithCancel(t.Context())
	go func() {
		defer close(ended)
		e.Start(one, first, func(string) { close(begun) })
	}()
	<-begun
	two, cancel := context.WithCancel(t.Context())
	go func() { <-withheld; cancel() }()
	if a := e.Start(two, second, nil); a.State != dispatch.Unreachable {
		t.Errorf("%s, wanted unreachable", a.State)
	}
	close(release)
	<-over
	cancelOne()
	<-ended
	mu.Lock()
	defer mu.Unlock()
	if strings.Contains(told[1], second.Key) {
		t.Errorf("the host was told %q when nobody waited for it", told[1])
	}
}
