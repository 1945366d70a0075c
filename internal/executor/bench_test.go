package executor_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/estate"
	"github.com/patchops/patchops/internal/executor"
)

// BenchmarkLiteHosts updates lite hosts: install and verify, four at a time. Wanted are at
// most 60 ms a host on two cores, so that a minute does for a thousand.
func BenchmarkLiteHosts(b *testing.B) {
	if err := estate.HaveDpkg(); err != nil {
		b.Skip(err)
	}
	ctx, dir := b.Context(), b.TempDir()
	old := estate.Good("acme-agent", "1.0")
	repo, err := estate.NewRepository(ctx, filepath.Join(b.TempDir(), "repo"), old, estate.Good("acme-agent", "1.1"))
	if err != nil {
		b.Fatal(err)
	}
	names := make([]string, b.N)
	for i := range names {
		names[i] = fmt.Sprintf("acme/h%d", i)
	}
	if err := estate.Lite(ctx, dir, names, repo, old); err != nil {
		b.Fatal(err)
	}
	l := &executor.Local{Allow: dir, Wrapper: filepath.Join(b.TempDir(), "w")}
	before := cpu(b)
	b.ResetTimer()
	var wait sync.WaitGroup
	work := make(chan int)
	for range 4 {
		wait.Go(func() {
			for i := range work {
				updateLite(ctx, b, l, fmt.Sprintf("h%d", i))
			}
		})
	}
	for i := range b.N {
		work <- i
	}
	close(work)
	wait.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Minutes(), "hosts/min")
	b.ReportMetric((cpu(b)-before).Seconds()*1000/float64(b.N), "cpu-ms/host")
}

// cpu is the time that this process and its children took of the processors.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var r syscall.Rusage
		if err := syscall.Getrusage(who, &r); err != nil {
			b.Fatal(err)
		}
		sum += time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	return sum
}

func updateLite(ctx context.Context, b *testing.B, l *executor.Local, asset string) {
	for _, s := range []struct {
		segment dispatch.Segment
		steps   []string
	}{
		{dispatch.Install, []string{"precheck", "snapshot", "stage", "install"}},
		{dispatch.Verify, []string{"postcheck", "cleanup"}},
	} {
		now := time.Now().Unix()
		t := dispatch.Task{
			Key: "sha256:" + asset + "-" + string(s.segment), Fence: 1, Now: now, NotAfter: now + 30, Segment: s.segment,
			Target: dispatch.Target{Client: "acme", Asset: asset}, Packages: []dispatch.Package{{Name: "acme-agent", Version: "1.1"}},
		}
		for _, name := range s.steps {
			t.Steps = append(t.Steps, dispatch.Step{Name: name, Builtin: "apt/" + name, Timeout: 60, Point: name == "install"})
		}
		if a := l.Start(ctx, t, nil); a.Outcome == nil || a.Outcome.Result != dispatch.Succeeded {
			b.Errorf("%s %s: %+v", asset, s.segment, a)
		}
	}
}
