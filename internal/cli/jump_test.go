package cli

import (
	"context"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/executor"
)

// jumping is an environment whose clock is ahead by as many seconds as a file says now, in
// every process that is given it: minutes pass at once. Hosts, which live by the machine's
// clock, are taken along.
func jumping(env Env, file string) Env {
	ahead := func() time.Duration {
		b, err := os.ReadFile(file)
		if err != nil {
			return 0
		}
		n, _ := strconv.Atoi(strings.TrimSpace(string(b)))
		return time.Duration(n) * time.Second
	}
	now, hosts := env.Now, env.Hosts
	env.Now = func() time.Time { return now().Add(ahead()) }
	env.Hosts = func(e executor.Executor) executor.Executor { return jumped{hosts(e), ahead} }
	return env
}

// jumped reaches hosts by the clock of the moment.
type jumped struct {
	executor.Executor
	ahead func() time.Duration
}

func (j jumped) now() shifted { return shifted{j.Executor, int64(j.ahead() / time.Second)} }

func (j jumped) Start(ctx context.Context, t dispatch.Task, at func(step string)) dispatch.Answer {
	return j.now().Start(ctx, t, at)
}

func (j jumped) Probe(ctx context.Context, t dispatch.Task) dispatch.Answer {
	return j.now().Probe(ctx, t)
}

func (j jumped) Stop(ctx context.Context, t dispatch.Task) dispatch.Answer {
	return j.now().Stop(ctx, t)
}
