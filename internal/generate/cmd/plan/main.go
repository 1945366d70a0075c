// Command plan times the step from documents that are read to a schedule with
// its explanations, on estates of several sizes, and prints a Markdown table.
package main

import (
	"flag"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing/fstest"
	"time"

	"github.com/patchops/patchops/internal/generate"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/planning"
	"github.com/patchops/patchops/internal/rollout"
)

// reruns is the budget of `patchops plan`.
const reruns = 16

// estate is a size to measure.
type estate struct {
	name                     string
	clients, assets, largest int
}

// figures are the medians of one estate.
type figures struct {
	sessions, unplaced                   int
	build, compute, explain, verify, all time.Duration
	peak                                 int64 // bytes, resident, during the step
}

func main() {
	rounds := flag.Int("rounds", 3, "times that each is run")
	scale := flag.Int("assets", 100_000, "assets of the full size")
	program := flag.String("patchops", "", "program whose commands are timed too; none without")
	flag.Parse()
	err := bench(*rounds, *scale)
	if err == nil && *program != "" {
		err = commands(*program, *scale)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "plan:", err)
		os.Exit(1)
	}
}

func bench(rounds, scale int) error {
	estates := []estate{
		{"half the assets", 250, scale / 2, 0},
		{"even clients", 500, scale, 0},
		{"one large client", 500, scale, scale / 5},
	}
	fmt.Printf("%s/%s, %d CPUs, %s\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	fmt.Println("| estate | sessions | unplaced | compute | explain | verify | step | peak memory | read (before) |")
	fmt.Println("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
	var results []figures
	for _, e := range estates {
		f, err := measure(e, rounds)
		if err != nil {
			return err
		}
		results = append(results, f)
		fmt.Printf("| %s | %d | %d | %s | %s | %s | %s | %d MB | %s |\n", e.name, f.sessions, f.unplaced,
			ms(f.compute), ms(f.explain), ms(f.verify), ms(f.all), f.peak/1_000_000, ms(f.build))
	}
	fmt.Printf("\nGrowth from half to all of the assets: exponent %.2f.\n",
		math.Log2(float64(results[1].all)/float64(results[0].all)))
	return nil
}

func ms(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }

// measure builds an estate once and times the step on it; of several rounds it
// keeps the fastest as a whole, since a busy machine only ever adds.
func measure(e estate, rounds int) (figures, error) {
	in, read, err := input(e)
	if err != nil {
		return figures{}, err
	}
	best := figures{all: math.MaxInt64}
	for range rounds {
		f, err := step(in)
		if err != nil {
			return figures{}, err
		}
		if f.all < best.all {
			best = f
		}
	}
	best.build = read
	return best, nil
}

// input reads an estate into what a schedule depends on; the time is that of
// planning alone, after the documents were judged.
func input(e estate) (*rollout.Input, time.Duration, error) {
	fsys := fstest.MapFS{}
	for name, content := range generate.Estate(e.clients, e.assets, e.largest, 1) {
		fsys[name] = &fstest.MapFile{Data: content, Mode: 0o644}
	}
	tree, err := pipeline.ReadTree(fsys)
	if err != nil {
		return nil, 0, err
	}
	asOf, err := time.Parse(time.RFC3339, generate.AsOf)
	if err != nil {
		return nil, 0, err
	}
	engine, err := pipeline.NewEngine()
	if err != nil {
		return nil, 0, err
	}
	outcome, err := engine.Check(pipeline.Input{Tree: tree, AsOf: asOf})
	if err != nil {
		return nil, 0, err
	}
	begin := time.Now()
	built, err := planning.Build(outcome.Corpus, planning.Options{AsOf: asOf})
	if err != nil {
		return nil, 0, err
	}
	return built.Input, time.Since(begin), nil
}

func step(in *rollout.Input) (figures, error) {
	runtime.GC()
	debug.FreeOSMemory()
	if err := forgetPeak(); err != nil {
		return figures{}, err
	}
	var f figures
	begin := time.Now()
	s := rollout.Compute(in)
	f.compute = time.Since(begin)
	begin = time.Now()
	rollout.Counterfactuals(in, s, reruns)
	f.explain = time.Since(begin)
	begin = time.Now()
	objections := rollout.Verify(in, s)
	f.verify = time.Since(begin)
	f.all = f.compute + f.explain + f.verify
	if len(objections) > 0 {
		return f, fmt.Errorf("the verifier objects %d times, first: %+v", len(objections), objections[0])
	}
	for i := range s.Plans {
		f.sessions += len(s.Plans[i].Placements) + len(s.Plans[i].Unplaced)
		f.unplaced += len(s.Plans[i].Unplaced)
	}
	var err error
	f.peak, err = peak()
	return f, err
}

// forgetPeak begins a new measurement of the process's largest resident size
// (proc(5), clear_refs).
func forgetPeak() error { return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

func peak() (int64, error) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kib * 1024, err
		}
	}
	return 0, fmt.Errorf("no VmHWM in /proc/self/status")
}
