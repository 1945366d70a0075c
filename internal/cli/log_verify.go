package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/resultlog"
)

func (a *app) logVerify(ctx context.Context, f *logFlags) error {
	if !f.after.IsZero() {
		return usage("--since is a time, and verify wants the file of a signed checkpoint")
	}
	if text, err := readSmall(f.source); err == nil && resultlog.IsProof(text) {
		return a.verifyProof(f, text)
	}
	s, err := a.logSource(ctx, f)
	if err != nil {
		return err
	}
	defer s.close()
	verdict, err := a.verdict(ctx, s, f)
	if err != nil {
		return err
	}
	if err := a.printVerdict(verdict); err != nil {
		return err
	}
	if !verdict.OK {
		return statusError{exitIntegrity, nil}
	}
	return nil
}

func (a *app) printVerdict(v report.LogVerdict) error {
	if a.flags.format == "json" {
		enc := json.NewEncoder(a.env.Stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	}
	v.Text(a.env.Stdout)
	return nil
}

// verdict verifies all logs that were asked for. An error is about us, not them.
func (a *app) verdict(ctx context.Context, s *logSource, f *logFlags) (report.LogVerdict, error) {
	v := report.LogVerdict{
		Logs: []report.LogGood{}, Notes: []string{},
		Root: &report.LogRoot{Version: s.root.Version, Digest: s.signed.Digest(), From: s.rootFrom},
	}
	var w *witness
	if s.clone {
		var err error
		if w, err = a.witness(f, s); err != nil {
			return v, err
		}
		if v.FirstBad = w.gone(s.logRefs(f.client, f.remote), f.client); v.FirstBad != nil {
			return v, nil
		}
	}
	sources, err := s.sources(f)
	if err != nil {
		return v, err
	}
	if err := s.strangers(&v, w); err != nil || v.FirstBad != nil {
		return v, err
	}
	if w != nil {
		w.remind(sources)
	}
	s.whole = s.clone && f.client == ""
	anew, err := a.effects(ctx, s, f, sources)
	if err != nil {
		return v, err
	}
	good, err := s.verify(sources, anew.visit())
	addGood(&v, good)
	if err == nil {
		var notes []string
		notes, err = anew.end()
		v.Notes = append(v.Notes, notes...)
		v.Documents = anew.compared()
	}
	var fault *resultlog.Fault
	switch {
	case errors.As(err, &fault):
		v.FirstBad = &report.LogBad{
			Branch: fault.Branch, Segment: fault.Segment, Line: fault.Line, Seq: fault.Seq, Commit: fault.Commit, Why: fault.Why, Checkpoints: fault.Checkpoints,
		}
		return v, nil
	case err != nil:
		return v, err
	}
	v.OK = true
	if w != nil {
		keys, err := s.root.Verifiers()
		if err != nil {
			return v, err
		}
		v.Notes = append(v.Notes, w.behind(good, keys)...)
		if err := w.remember(good); err != nil {
			a.progress("patchops: what was seen is not remembered: %v", err)
		}
	}
	return v, nil
}

// strangers tells of branches with names of logs that hold none. Of one that held one when it
// was verified last that is a fault, unless the owners said that nothing of it is good.
func (s *logSource) strangers(v *report.LogVerdict, w *witness) error {
	keys, err := s.root.Verifiers()
	if err != nil {
		return err
	}
	for _, branch := range s.strange {
		kept := ""
		if w != nil {
			kept = w.Logs[branch]
		}
		name, _ := resultlog.ParseBranch(s.prefix, s.root.Repository, branch)
		aside := resultlog.New(name, nil).SetAside([]byte(kept), keys)
		switch {
		case aside != "":
			v.Notes = append(v.Notes, branch+": "+aside)
		case kept != "":
			v.FirstBad = &report.LogBad{Branch: branch, Seq: -1, Why: "the log that was on this branch is gone", Checkpoints: []string{kept}}
			return nil
		default:
			v.Notes = append(v.Notes, branch+" is no log: nothing on it was signed by a key of the root of trust. Whoever can push may make such a branch: remove it")
		}
	}
	return nil
}

func (s *logSource) verify(sources []resultlog.Source, visit func(resultlog.Name, resultlog.Place, *resultlog.Record) error) ([]resultlog.Verified, error) {
	keys, err := s.root.Verifiers()
	if err != nil {
		return nil, err
	}
	return resultlog.Verify(sources, resultlog.Options{Keys: keys, Root: &s.root, Visit: visit, Whole: s.whole})
}

// remind gives the log that --since is a checkpoint of that checkpoint.
func (f *logFlags) remind(sources []resultlog.Source) error {
	if f.checkpoint == nil {
		return nil
	}
	origin, _, _ := strings.Cut(string(f.checkpoint), "\n")
	for i := range sources {
		if sources[i].Name.Origin() == origin {
			sources[i].Seen = append(sources[i].Seen, f.checkpoint)
			return nil
		}
	}
	return statusError{exitIntegrity, fmt.Errorf("the checkpoint of --since is of %q, and that log is not here", origin)}
}

// verifyProof checks the file of a proof against the root's log keys.
func (a *app) verifyProof(f *logFlags, text []byte) error {
	p, err := resultlog.ParseProof(text)
	if err != nil {
		return statusError{exitIntegrity, err}
	}
	origin, _, _ := strings.Cut(string(p.Checkpoint), "\n")
	n, ok := resultlog.ParseOrigin(origin)
	if !ok {
		return statusError{exitIntegrity, fmt.Errorf("%w: it is of %q, wanted a log", resultlog.ErrProof, origin)}
	}
	s := &logSource{id: n.Repository}
	if err := a.logRoot(f, s); err != nil {
		return err
	}
	keys, err := s.root.Verifiers()
	if err != nil {
		return err
	}
	r, c, err := p.Check(keys)
	v := report.LogVerdict{
		OK: err == nil, Logs: []report.LogGood{}, Notes: []string{},
		Root: &report.LogRoot{Version: s.root.Version, Digest: s.signed.Digest(), From: s.rootFrom},
	}
	if err != nil {
		v.FirstBad = &report.LogBad{Branch: n.Client, Line: 1, Seq: p.Index, Why: err.Error()}
	} else {
		v.Records = 1
		v.Notes = []string{fmt.Sprintf("%s: in a log of %d records", report.LogLine(n, r), c.Size)}
	}
	if err := a.printVerdict(v); err != nil {
		return err
	}
	if !v.OK {
		return statusError{exitIntegrity, nil}
	}
	return nil
}

func (a *app) logProve(ctx context.Context, f *logFlags) error {
	s, sources, err := a.logs(ctx, f)
	if err != nil {
		return err
	}
	defer s.close()
	s.whole = s.clone && f.client == ""
	good, err := s.verify(sources, nil)
	if err != nil {
		return err
	}
	for _, g := range good {
		if !f.only.of(g.Log.Name) {
			continue
		}
		if f.only.seq >= g.Log.Size {
			return f.only.beyond(g.Log.Size)
		}
		line, err := g.Log.LineOf(g.Source.Files, f.only.seq)
		if err != nil {
			return err
		}
		p, err := g.Log.Prove(line, f.only.seq, s.root.LogKeys...)
		if err != nil {
			return err
		}
		if f.out == "" {
			_, err = a.env.Stdout.Write(p.Text())
			return err
		}
		a.progress("wrote %s; check it with patchops log verify %s", f.out, f.out)
		return os.WriteFile(a.absolute(f.out), p.Text(), 0o644)
	}
	return statusError{exitError, fmt.Errorf("no log %s/%s in %s", f.only.client, f.only.period, s.where)}
}

// newestOf is the tip of the log whose newest record is the newest of all.
func newestOf(logs []report.LogGood) string {
	var best report.LogGood
	for _, l := range logs {
		if cmp.Compare(l.Newest, best.Newest) > 0 {
			best = l
		}
	}
	return best.Commit
}

func addGood(v *report.LogVerdict, good []resultlog.Verified) {
	for _, g := range good {
		v.Logs = append(v.Logs, report.LogGood{
			Log: g.Log.Name.Branch("")[1:], Branch: g.Source.Branch, Commit: g.Source.Tip, Records: g.Log.Size, Blobs: g.Blobs,
			Root: g.Log.Root().String(), Newest: resultlog.Instant(g.Log.Time),
		})
		v.Records += g.Log.Size
		v.Notes = append(v.Notes, g.Notes...)
	}
	v.Head = newestOf(v.Logs)
}
