package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"

	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/resultlog"
)

// logShow prints while it verifies: a log may be larger than memory.
func (a *app) logShow(ctx context.Context, f *logFlags) error {
	s, sources, err := a.logs(ctx, f)
	if err != nil {
		return err
	}
	defer s.close()
	out := bufio.NewWriter(a.env.Stdout)
	p := &logPrinter{out: out, json: a.flags.format == "json", f: f}
	if p.since, err = f.sizes(); err != nil {
		return err
	}
	p.begin()
	good, err := s.verify(sources, p.record)
	p.end()
	if err := errors.Join(out.Flush(), err); err != nil {
		return err
	}
	if f.only != nil && p.n == 0 {
		for _, g := range good {
			if f.only.of(g.Log.Name) {
				return f.only.beyond(g.Log.Size)
			}
		}
		return fmt.Errorf("no log %s/%s in %s", f.only.client, f.only.period, s.where)
	}
	return nil
}

// logPrinter prints records as they come.
type logPrinter struct {
	out   *bufio.Writer
	json  bool
	f     *logFlags
	since map[string]int64 // records of a log, by origin, that are not asked for
	n     int
}

func (p *logPrinter) record(n resultlog.Name, _ resultlog.Place, r *resultlog.Record) error {
	switch {
	case p.f.only != nil && (!p.f.only.of(n) || p.f.only.seq != r.Seq):
		return nil
	case !p.f.after.IsZero() && r.T < resultlog.Instant(p.f.after):
		return nil
	case r.Seq < p.since[n.Origin()]:
		return nil
	}
	p.n++
	if !p.json {
		if p.f.only != nil {
			return report.LogRecord(p.out, n, *r)
		}
		fmt.Fprintln(p.out, report.LogLine(n, *r))
		return nil
	}
	line, err := r.Line()
	if err != nil {
		return err
	}
	if p.n > 1 {
		fmt.Fprint(p.out, ",")
	}
	fmt.Fprintf(p.out, "\n  {\"log\": %q, \"record\": %s}", n.Branch("")[1:], line)
	return nil
}

func (p *logPrinter) begin() {
	if p.json {
		fmt.Fprint(p.out, "{\"records\": [")
	}
}

func (p *logPrinter) end() {
	if p.json {
		fmt.Fprint(p.out, "\n]}\n")
	}
}

// sizes are how many records --since says are known, by the origin of its checkpoint.
func (f *logFlags) sizes() (map[string]int64, error) {
	if f.checkpoint == nil {
		return nil, nil
	}
	c, err := resultlog.Unsigned(f.checkpoint)
	if err != nil {
		return nil, err
	}
	return map[string]int64{c.Origin: c.Size}, nil
}
