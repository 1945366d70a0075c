package cli

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestRunOutlivesItsReader: whoever reads what run prints may end before it, as in
// "patchops run | tee log", where Ctrl-C ends both. The rollout goes on, and a stop is one.
func TestRunOutlivesItsReader(t *testing.T) {
	if testing.Short() {
		t.Skip("a rollout on hosts")
	}
	t.Parallel()
	o := newOffice(t, stopPlan)
	hosts := o.lite("acme/ws-01", "acme/ws-02", "acme/ws-03", "acme/ws-04")
	o.patchops("run", "--once", "--allow-local", hosts)
	o.at("2026-03-15T21:00:10Z")
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := o.command(filepath.Join(o.dir, "plans"), "patchops", "run", "--interval", "1s", "--allow-local", hosts, "--format", "json")
	c.Stdout, c.Stderr = writer, writer
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill() })
	_, _ = reader.Close(), writer.Close()
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	o.until("the end of the rollout, or of the process", func() bool { return len(ended) > 0 || o.ended() })
	if len(ended) == 0 {
		o.signal(c, syscall.SIGTERM)
	}
	if err := <-ended; err != nil {
		t.Errorf("%v found, a process that ends when it is told to wanted", err)
	}
}
