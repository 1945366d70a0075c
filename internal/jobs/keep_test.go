package jobs

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/generate"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
)

// learned is a state with a fact about a host.
func learned(s *progress.State, host, version string, at int64) {
	s.Facts[host] = map[string]resultlog.Fact{}
	for _, name := range []string{"openssl", "libssl3"} {
		s.Facts[host][name] = resultlog.Fact{Name: "package", Subject: name, Value: version, State: "ii"}
	}
	s.FactsAt[host] = at
}

// TestKept: what is read with something kept is what is read without.
func TestKept(t *testing.T) {
	c := example(t, "msp").corpus(t)
	s := progress.Begin()
	o := Options{Commit: strings.Repeat("1", 40), AsOf: asOf, State: s, Tree: effect.Read(c, nil), Keep: &Keep{}}
	for step, change := range []func(){
		func() {},
		func() {},
		func() { learned(s, "marlow/syd-backup-01", "9", 1) },
		func() { learned(s, "hudson/nobody", "9", 2) },
		func() {
			s.Runs["hudson/windows"] = &progress.Run{ID: "r", Client: "hudson", Plan: "windows", Hosts: map[string]*progress.Host{"x": {Asset: "x"}}}
		},
		func() { o.AsOf = o.AsOf.Add(time.Hour) },
		func() { o.Uncovered = map[string]bool{"hudson/windows/x": true} },
		func() { o.AsOf = o.AsOf.Add(400 * 24 * time.Hour) },
	} {
		change()
		fresh := o
		fresh.Keep = nil
		want, err := Build(c, fresh)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Build(c, o)
		if err != nil {
			t.Fatal(err)
		}
		if summary(got) != summary(want) || got.Until != want.Until || len(got.Input.Clients) != len(want.Input.Clients) {
			t.Errorf("step %d: another reading with what was kept", step)
		}
		for i := range got.Input.Clients {
			if !reflect.DeepEqual(got.Input.Clients[i].Plans, want.Input.Clients[i].Plans) {
				t.Errorf("step %d: other plans of %s with what was kept", step, got.Input.Clients[i].Name)
			}
		}
		for _, p := range got.Plans { // what is done to documents afterwards is not kept
			p.Closed, p.ClosedWhy = "HELD", "for now"
		}
	}
}

func BenchmarkBuildKept(b *testing.B) {
	c, o := estateOf(b)
	o.State, o.Keep = progress.Begin(), &Keep{}
	if _, err := Build(c, o); err != nil {
		b.Fatal(err)
	}
	at := int64(0)
	for b.Loop() {
		at++
		learned(o.State, "client-0007/x", "1", at)
		if _, err := Build(c, o); err != nil {
			b.Fatal(err)
		}
	}
}

func estateOf(b *testing.B) (*corpus.Corpus, Options) {
	c := tree(generate.Estate(20, 100_000, 20_000, 1)).corpus(b)
	return c, Options{Commit: strings.Repeat("1", 40), AsOf: mustParse(b, generate.AsOf), Tree: effect.Read(c, nil)}
}
