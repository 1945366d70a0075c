//go:build linux

package e2e

import (
	"sync"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/estate"
	"github.com/patchops/patchops/internal/executor"
)

// each asks for one task per host, all at the same time.
func each(t *testing.T, e executor.Executor, hosts []*estate.FullHost, of func(*estate.FullHost) dispatch.Task) []dispatch.Answer {
	t.Helper()
	answers := make([]dispatch.Answer, len(hosts))
	var all sync.WaitGroup
	for i, h := range hosts {
		all.Go(func() { answers[i] = e.Start(t.Context(), of(h), nil) })
	}
	all.Wait()
	return answers
}

func succeeded(t *testing.T, answers []dispatch.Answer) {
	t.Helper()
	for _, a := range answers {
		if a.State != dispatch.Finished || a.Outcome.Result != dispatch.Succeeded {
			t.Errorf("%+v\n%+v", a, a.Outcome)
		}
	}
}

// TestSSHUpdatesTenHosts: the segments of an update on ten hosts at once, what the
// hosts' own dpkg says afterwards.
func TestSSHUpdatesTenHosts(t *testing.T) {
	ten := hosts(t, 10)
	s := overSSH(t)
	for _, version := range []string{"1.1", "1.4"} {
		for _, segment := range []dispatch.Segment{dispatch.Install, dispatch.Verify} {
			succeeded(t, each(t, s, ten, func(h *estate.FullHost) dispatch.Task { return task(h, segment, version) }))
		}
		for _, h := range ten {
			want(version+" ii").on(t, h)
		}
	}
}
