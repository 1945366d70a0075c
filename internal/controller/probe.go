package controller

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/spec"
)

// Outcomes of a gate's probe.
const (
	pass         = "pass"
	fail         = "fail"
	inconclusive = "inconclusive"
)

// Bounds of one probe.
const (
	perProbe = 30 * time.Second
	together = 8       // hosts that are asked at once
	mostSaid = 4 << 10 // bytes of a command's output that are looked at
)

// gateProbe is one measurement of a gate: the same command or request for each host.
type gateProbe struct {
	gate    progress.Gate
	env     []string
	hosts   []probed
	command bool // commands may run on this machine
}

type probed struct{ asset, address string }

// probe finds what is measured: hosts of the wave, or the assets that depend on them.
func (t *teller) probe(client, plan, wave string, g progress.Gate, assets []string) (gateProbe, error) {
	p := gateProbe{
		gate: g, command: t.r.AllowLocal != "" || t.r.AllowProbes,
		env: []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/nonexistent", "PATCHOPS_CLIENT=" + client, "PATCHOPS_PLAN=" + plan, "PATCHOPS_WAVE=" + wave},
	}
	r, ok := t.r.ledger.view.judge.(reader)
	if !ok {
		return p, errors.New("this judge reads no documents")
	}
	all, _, err := r.Corpus(t.r.ledger.view.State.Tip)
	if err != nil {
		return p, err
	}
	for _, a := range all.View(corpus.Global).Assets(client) {
		depends := func(on string) bool { return slices.Contains(assets, on) }
		if g.On == "dependents" && slices.ContainsFunc(spec.Texts(a.Value.Get("dependsOn")), depends) || g.On != "dependents" && depends(a.Name) {
			p.hosts = append(p.hosts, probed{a.Name, cmp.Or(a.Value.Get("address").Text(), a.Name)})
		}
	}
	return p, nil
}

// measure asks each host, a few at once. The first that fails is the outcome.
func (p gateProbe) measure(ctx context.Context) (outcome, why string) {
	if !p.each() {
		return p.one(ctx, probed{})
	}
	if len(p.hosts) == 0 {
		return inconclusive, "there is no host to ask"
	}
	for some := range slices.Chunk(p.hosts, together) {
		said := make([]errand, len(some))
		var asking sync.WaitGroup
		for i, h := range some {
			asking.Go(func() {
				said[i] = safely(ctx, func(ctx context.Context) errand {
					outcome, why := p.one(ctx, h)
					return errand{say: outcome, why: why}
				})
			})
		}
		asking.Wait()
		for i, h := range some {
			if said[i].say != pass {
				return said[i].say, h.asset + ": " + said[i].why
			}
		}
	}
	return pass, fmt.Sprintf("%d hosts", len(p.hosts))
}

// each reports whether the probe is another one for each host: a command always is, which is
// told of whom in its environment; a request that names none is the same for all.
func (p gateProbe) each() bool {
	return p.gate.URL == "" || p.names("{address}") || p.names("{asset}")
}

func (p gateProbe) names(part string) bool {
	return strings.Contains(strings.Join(append(slices.Clone(p.gate.Run), p.gate.URL), " "), part)
}

func (p gateProbe) one(ctx context.Context, h probed) (outcome, why string) {
	ctx, cancel := context.WithTimeout(ctx, perProbe)
	defer cancel()
	if p.names("{address}") && (h.address == "" || strings.HasPrefix(h.address, "-")) {
		return inconclusive, fmt.Sprintf("the address %q cannot be asked", h.address)
	}
	if p.gate.URL != "" {
		return p.request(ctx, h)
	}
	return p.run(ctx, h)
}

// request asks over HTTP. Redirects are answers like any other.
func (p gateProbe) request(ctx context.Context, h probed) (outcome, why string) {
	address := h.address
	if strings.Contains(address, ":") && !strings.HasPrefix(address, "[") {
		address = "[" + address + "]"
	}
	at := strings.NewReplacer("{address}", address, "{asset}", url.PathEscape(h.asset)).Replace(p.gate.URL)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil || req.URL.User != nil {
		return inconclusive, "its address is none"
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return fail, fmt.Sprintf("%s does not answer", req.URL.Hostname())
	}
	_, _ = io.CopyN(io.Discard, resp.Body, mostSaid)
	_ = resp.Body.Close()
	if resp.StatusCode != p.gate.Status {
		return fail, fmt.Sprintf("%s answered %d, wanted %d", req.URL.Hostname(), resp.StatusCode, p.gate.Status)
	}
	return pass, fmt.Sprintf("%s answered %d", req.URL.Hostname(), resp.StatusCode)
}

// run runs a command on this machine, without a shell, with nothing of our own
// environment.
func (p gateProbe) run(ctx context.Context, h probed) (outcome, why string) {
	switch {
	case !p.command:
		return inconclusive, "its command runs on the controller's machine, which run allows with --allow-local only"
	case len(p.gate.Run) == 0:
		return inconclusive, "it asks nothing"
	}
	words := make([]string, len(p.gate.Run))
	for i, word := range p.gate.Run {
		words[i] = strings.NewReplacer("{address}", h.address, "{asset}", h.asset).Replace(word)
	}
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Env, cmd.Dir = append(slices.Clone(p.env), "PATCHOPS_ASSET="+h.asset, "PATCHOPS_ADDRESS="+h.address), "/"
	said := &limited{}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = said, said, time.Second
	alone(cmd)
	err := cmd.Run()
	exit, ended := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return pass, "exit status 0"
	case ctx.Err() != nil:
		return inconclusive, fmt.Sprintf("it did not end within %s", perProbe)
	case ended:
		return fail, strings.TrimSpace(fmt.Sprintf("exit status %d: %s", exit.ExitCode(), oneLine(said.String())))
	}
	return inconclusive, fmt.Sprintf("%q cannot be run", oneLine(words[0]))
}

// limited keeps the beginning of what is written.
type limited struct{ bytes.Buffer }

func (l *limited) Write(b []byte) (int, error) {
	l.Buffer.Write(b[:min(len(b), max(0, mostSaid-l.Len()))])
	return len(b), nil
}
