package cli

import (
	"context"

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
				answers[i].Problem = o.Err.Error()
			}
		}
		return answers, nil
	}
}
