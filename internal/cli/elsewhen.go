package cli

import (
	"context"
	"os"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/executor"
)

// elsewhen is an environment whose clock shows another time, and goes on as the
// machine's does. Hosts, which live by the machine's, are taken along: the demo and the
// tests carry out in a minute what takes a week.
func elsewhen(env Env, at time.Time) Env {
	machine := env.Now
	ahead := at.Sub(machine())
	env.Now = func() time.Time { return machine().Add(ahead) }
	inner := env.Hosts
	env.Hosts = func(e executor.Executor) executor.Executor {
		if inner != nil {
			e = inner(e)
		}
		return shifted{e, int64(ahead / time.Second)}
	}
	return env
}

// elsewhen runs a command of ours by the demo's clock. Only the demo's repository takes
// that: elsewhere nothing is done by another clock than the machine's.
func (a *app) elsewhen(ctx context.Context, clock string, args []string) error {
	at, err := time.Parse(time.RFC3339, clock)
	if err != nil {
		return usage("--clock is %q, wanted RFC 3339", clock)
	}
	repo, err := a.repository()
	if err != nil {
		return err
	}
	if id := configOf(os.DirFS(repo.dir)).RepositoryID; id != demoID {
		return usage("--clock is for the demo's repository, and this is %q", id)
	}
	env := elsewhen(a.env, at)
	env.Args = args
	if status := Main(ctx, env); status != exitDone {
		return statusError{status: status}
	}
	return nil
}

// shifted reaches hosts whose clocks are some seconds behind ours.
type shifted struct {
	executor.Executor
	ahead int64
}

func (s shifted) Start(ctx context.Context, t dispatch.Task, at func(step string)) dispatch.Answer {
	return s.back(s.Executor.Start(ctx, s.there(t), at))
}

func (s shifted) Probe(ctx context.Context, t dispatch.Task) dispatch.Answer {
	return s.back(s.Executor.Probe(ctx, s.there(t)))
}

func (s shifted) Stop(ctx context.Context, t dispatch.Task) dispatch.Answer {
	return s.back(s.Executor.Stop(ctx, s.there(t)))
}

func (s shifted) there(t dispatch.Task) dispatch.Task {
	for _, at := range []*int64{&t.Now, &t.NotAfter, &t.StopBy} {
		if *at != 0 {
			*at -= s.ahead
		}
	}
	return t
}

func (s shifted) back(a dispatch.Answer) dispatch.Answer {
	if a.HostTime != 0 {
		a.HostTime += s.ahead
	}
	if a.Outcome != nil {
		o := *a.Outcome
		o.Began, o.Ended = o.Began+s.ahead, o.Ended+s.ahead
		a.Outcome = &o
	}
	return a
}
