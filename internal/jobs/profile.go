package jobs

import (
	"slices"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/spec"
)

// profile is an ExecutorProfile as carried out.
type profile struct {
	*spec.Profile
	name   string
	target dispatch.Target // of no host yet
	own    map[string]dispatch.Step
	retry  map[string]progress.Retry
}

// profile reads an ExecutorProfile once; nil where there is none.
func (b *builder) profile(name string) *profile {
	if p, known := b.profiles[name]; known {
		return p
	}
	var p *profile
	if root := b.view.Document("ExecutorProfile", corpus.Global, name); root != nil {
		p = readProfile(name, root)
	}
	b.profiles[name] = p
	return p
}

func readProfile(name string, root *document.Value) *profile {
	s := root.Get("spec")
	ssh := s.Get("ssh")
	p := &profile{
		Profile: spec.ReadProfile(root), name: name, own: map[string]dispatch.Step{}, retry: map[string]progress.Retry{},
		target: dispatch.Target{
			Type: s.Get("type").Text(), User: ssh.Get("user").Text(), Jump: ssh.Get("jump").Text(), Secret: s.Get("secretRef").Text(),
			Package: s.Get("package").Text(), Playbook: s.Get("ansible").Get("playbook").Text(),
			Instructions: spec.Texts(s.Get("manual").Get("instructions")), Journal: s.Get("idempotency").Text() == "journal",
		},
	}
	if ssh != nil {
		p.target.Port = int(spec.Whole(ssh.Get("port"), 22))
	}
	if vars := s.Get("ansible").Get("vars"); vars != nil {
		p.target.Vars = string(effect.AppendCanonical(nil, vars))
	}
	if steps := s.Get("steps"); steps != nil && steps.Kind == document.Map {
		for i, key := range steps.Keys {
			p.own[key.Name] = readStep(key.Name, &steps.Items[i])
		}
	}
	if retry := s.Get("retry"); retry != nil && retry.Kind == document.Map {
		for i, key := range retry.Keys {
			p.retry[key.Name] = readRetry(&retry.Items[i])
		}
	}
	return p
}

func readStep(name string, v *document.Value) dispatch.Step {
	return dispatch.Step{
		Name: name, Run: spec.Texts(v.Get("run")), Timeout: spec.Seconds(v.Get("timeout")),
		Success: codes(v.Get("successCodes")), Reboot: codes(v.Get("rebootCodes")),
	}
}

func codes(v *document.Value) []int {
	var out []int
	list := v.Elements()
	for i := range list {
		out = append(out, int(spec.Whole(&list[i], 0)))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func readRetry(v *document.Value) progress.Retry {
	change := v.Get("change")
	r := progress.Retry{Attempts: spec.Whole(v.Get("attempts"), 1), Delay: spec.Seconds(change.Get("delay")), Timeout: spec.Seconds(change.Get("timeout"))}
	if vars := change.Get("vars"); vars != nil && vars.Kind == document.Map {
		r.Env = map[string]string{}
		for i, key := range vars.Keys {
			r.Env[key.Name] = plain(&vars.Items[i])
		}
	}
	return r
}

// plain is a value as an environment has it: text as it is, else canonical JSON.
func plain(v *document.Value) string {
	if v.Kind == document.String {
		return v.Str
	}
	return string(effect.AppendCanonical(nil, v))
}
