package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/sandbox"
)

// child runs the pipeline's jobs for untrusted CUE and Rego in a limited copy
// of this program (security.md R25).
func (a *app) child(ctx context.Context) pipeline.Child {
	return func(job string, shared []byte, items [][]byte) ([]pipeline.Answer, error) {
		outcomes := sandbox.Runner{}.Run(ctx, job, shared, items)
		answers := make([]pipeline.Answer, len(outcomes))
		for i, o := range outcomes {
			answers[i].Output = o.Output
			if o.Err != nil {
				answers[i].Problem = problem(o.Err)
			}
		}
		return answers, nil
	}
}

// problem says why an evaluation gave nothing, in words that go on behind "the
// evaluation".
func problem(err error) string {
	for _, w := range []struct {
		is    error
		words string
	}{
		{sandbox.ErrSetup, "could not be prepared: "},
		{sandbox.ErrMemory, "took "},
		{sandbox.ErrTime, "took "},
		{sandbox.ErrOutput, "gave "},
		{sandbox.ErrCrash, "crashed: "},
		{sandbox.ErrNotEvaluated, "was stopped: "},
	} {
		if errors.Is(err, w.is) {
			return w.words + strings.TrimPrefix(err.Error(), w.is.Error()+": ")
		}
	}
	return "was stopped: " + err.Error()
}
