package main

import (
	"fmt"
	"io"
	"runtime"
	"time"
)

type result struct {
	name string
	measure
}

// table writes the figures and what they say about the targets. The order of the
// results is that of contenders.
func table(w io.Writer, results []result) {
	fmt.Fprintf(w, "%s/%s, %d CPUs, %s\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	fmt.Fprintln(w, "| what | wall | CPU | peak memory |")
	fmt.Fprintln(w, "|---|---:|---:|---:|")
	for _, r := range results {
		fmt.Fprintf(w, "| %s | %d ms | %d ms | %d MB |\n", r.name, r.wall.Milliseconds(), r.cpu.Milliseconds(), r.rss/1_000_000)
	}
	cue, conftest, cold, warm, one := results[0], results[1], results[2], results[3], results[4]
	fmt.Fprintln(w, "\n| target | wanted | measured | |")
	fmt.Fprintln(w, "|---|---:|---:|---|")
	ratio(w, "cold / (cue vet + conftest)", cold.wall, cue.wall+conftest.wall)
	ratio(w, "one document changed / conftest", warm.wall, conftest.wall)
	both := float64(results[6].wall) / float64(results[5].wall)
	line(w, "status / check --base", "<= 1.5", fmt.Sprintf("%.2f", both), both <= 1.5)
	line(w, "one document alone", "< 100 ms", fmt.Sprintf("%d ms", one.wall.Milliseconds()), one.wall < 100*time.Millisecond)
	line(w, "cold, peak memory", "< 600 MB", fmt.Sprintf("%d MB", cold.rss/1_000_000), cold.rss < 600_000_000)
	fmt.Fprintf(w, "\nThe first ratio by CPU instead of wall time: %.3f.\n", float64(cold.cpu)/float64(cue.cpu+conftest.cpu))
}

func ratio(w io.Writer, name string, ours, theirs time.Duration) {
	r := float64(ours) / float64(theirs)
	line(w, name, "<= 0.1", fmt.Sprintf("%.3f", r), r <= 0.1)
}

func line(w io.Writer, name, wanted, measured string, met bool) {
	verdict := "met"
	if !met {
		verdict = "missed"
	}
	fmt.Fprintf(w, "| %s | %s | %s | %s |\n", name, wanted, measured, verdict)
}
