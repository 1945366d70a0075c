// Command logbench times the result log: records appended in batches, a repository
// of them cloned and verified, beside sha256sum of the same bytes and one signed
// commit per record; and prints the figures as a Markdown table.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/patchops/patchops/internal/generate/logs"
	"github.com/patchops/patchops/internal/resultlog"
)

type settings struct {
	patchops, work          string
	records, batch, commits int
}

func main() {
	var s settings
	flag.StringVar(&s.patchops, "patchops", "", "program")
	flag.StringVar(&s.work, "work", "", "empty folder")
	flag.IntVar(&s.records, "records", 1_000_000, "records of the log")
	flag.IntVar(&s.batch, "batch", 500, "records of one append")
	flag.IntVar(&s.commits, "commits", 10_000, "signed commits to compare with; 0: none")
	flag.Parse()
	debug.SetGCPercent(400) // as patchops has it
	if err := s.bench(); err != nil {
		fmt.Fprintln(os.Stderr, "logbench:", err)
		os.Exit(1)
	}
}

// row is one line of the table.
type row struct {
	what    string
	took    time.Duration
	cpu     time.Duration // of a command: user and system; 0: not measured
	records int
	bytes   int64
}

func (s settings) bench() error {
	source, clone := filepath.Join(s.work, "log.git"), filepath.Join(s.work, "clone.git")
	branch, appended, err := s.fill()
	if err != nil {
		return err
	}
	bytes, rows := appended.bytes, []row{appended}
	if err := logs.Write(source, branch); err != nil {
		return err
	}
	_, signed := logs.Root()
	root := filepath.Join(s.work, "root.json")
	if err := os.WriteFile(root, signed.Encode(), 0o644); err != nil {
		return err
	}
	if _, _, err := timed("git", "clone", "--quiet", "--mirror", "--no-local", source, clone); err != nil {
		return err
	}
	took, cpu, err := timed(s.patchops, "log", "verify", "--quiet", "--root", root, clone)
	if err != nil {
		return err
	}
	rows = append(rows, row{"log verify of a clone", took, cpu, s.records, bytes})
	took, cpu, err = timed("bash", "-c", "git -C '"+clone+"' archive refs/heads/"+branch.Log.Name.Branch(logs.Prefix)+" seg | tar -xO >'"+s.work+"/lines'; true")
	if err != nil {
		return err
	}
	rows = append(rows, row{"git archive of it, for comparison", took, cpu, s.records, bytes})
	if took, cpu, err = timed("sha256sum", filepath.Join(s.work, "lines")); err != nil {
		return err
	}
	rows = append(rows, row{"sha256sum of the same bytes", took, cpu, s.records, bytes})
	if s.commits > 0 {
		more, err := s.perCommit()
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	return s.print(rows, branch, clone)
}

// timed runs a command to its end.
func timed(name string, args ...string) (wall, cpu time.Duration, err error) {
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "TZ=UTC")
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		return 0, 0, fmt.Errorf("%s %q: %w", name, args, err)
	}
	return time.Since(begin), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}

// fill makes the log.
func (s settings) fill() (*logs.Branch, row, error) {
	r := row{what: "append in batches (in memory)", records: s.records}
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	b := logs.NewBranch("acme", begin)
	if err := b.Flush(logs.RootRecord()); err != nil {
		return nil, r, err
	}
	for n := 1; n < s.records; n += s.batch {
		records := make([]resultlog.Record, min(s.batch, s.records-n))
		for i := range records {
			records[i] = sample(n+i, begin)
		}
		start, before := time.Now(), processors()
		err := b.Flush(records...)
		r.took += time.Since(start)
		r.cpu += processors() - before
		if err != nil {
			return nil, r, err
		}
	}
	for _, c := range b.Commits {
		for name, content := range c.Files {
			if strings.HasPrefix(name, "seg/") {
				r.bytes += int64(len(content))
			}
		}
	}
	return b, r, nil
}

// processors is what this process has used of them.
func processors() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// sample is a record of about 490 bytes, as no two of which are alike.
func sample(n int, begin time.Time) resultlog.Record {
	id := func(what string) string {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", what, n))
		return hex.EncodeToString(sum[:])
	}
	return resultlog.Record{
		T: resultlog.Instant(begin.Add(time.Minute + time.Duration(n)*20*time.Second)), Kind: resultlog.Denial,
		Actor: &resultlog.Actor{Kind: "person", ID: fmt.Sprintf("engineer-%03d", n%400)}, Change: fmt.Sprintf("patch/openssl-%06d", n%5000),
		Head: id("head")[:40], Base: id("base")[:40], Effect: "sha256:" + id("effect"), Evidence: "sha256:" + id("evidence"),
		Verdict: "pending", Why: "1 of 2 approvals from security: wanted one of dana, erin",
	}
}

func (s settings) print(rows []row, b *logs.Branch, clone string) error {
	fmt.Printf("%s/%s, %d CPUs, %s; %d records of %d bytes in %d appends\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(),
		s.records, rows[0].bytes/int64(s.records), len(b.Commits))
	fmt.Println("| what | wall | CPU | records/s | MB/s |")
	fmt.Println("|---|---:|---:|---:|---:|")
	for _, r := range rows {
		cpu := ""
		if r.cpu > 0 {
			cpu = fmt.Sprintf("%.2f s", r.cpu.Seconds())
		}
		fmt.Printf("| %s | %.2f s | %s | %.0f | %.0f |\n", r.what, r.took.Seconds(), cpu, float64(r.records)/r.took.Seconds(), float64(r.bytes)/1e6/r.took.Seconds())
	}
	size, err := exec.Command("du", "-sm", clone).Output()
	if err != nil {
		return err
	}
	line, err := resultlog.Record{V: 1, T: "2026-01-01T00:00:00Z", Kind: resultlog.Denial}.Line()
	if err != nil {
		return err
	}
	p, err := b.Log.Prove(line, b.Log.Size/3)
	if err != nil {
		return err
	}
	both := rows[0].took + rows[1].took
	fmt.Printf("\nThe clone has %s MB; the lines %d MB. An inclusion proof has %d hashes, %d bytes: wanted 1024, %s.\n",
		strings.Fields(string(size))[0], rows[0].bytes/1e6, len(p.Path), 32*len(p.Path), verdict(32*len(p.Path) < 1024))
	fmt.Printf("Verified in %.2f s: wanted 5 s, %s. Appended and verified in %.2f s: wanted 5 s, %s.\n",
		rows[1].took.Seconds(), verdict(rows[1].took <= 5*time.Second), both.Seconds(), verdict(both <= 5*time.Second))
	return nil
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "missed"
}
