package sandbox

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const parentVariable = "SANDBOX_TEST_PARENT"

// parentJob tells its process id to whoever reads standard error, then hangs.
func parentJob([]byte) (func([]byte) []byte, error) {
	return func(item []byte) []byte {
		if err := os.WriteFile(string(item), []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
			panic(err)
		}
		time.Sleep(time.Hour)
		return nil
	}, nil
}

// A parent killed hard takes its child with it.
func TestAChildDiesWithItsParent(t *testing.T) {
	if file := os.Getenv(parentVariable); file != "" {
		l := Limits{Item: time.Minute, Run: time.Minute}
		Runner{Limits: l}.Run(t.Context(), "parent", nil, [][]byte{[]byte(file)})
		return
	}
	file := t.TempDir() + "/pid"
	parent := exec.Command(os.Args[0], "-test.run=^TestAChildDiesWithItsParent$")
	parent.Env = append(os.Environ(), parentVariable+"="+file)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	child := 0
	for deadline := time.Now().Add(2 * time.Minute); child == 0 && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if b, err := os.ReadFile(file); err == nil {
			child, _ = strconv.Atoi(string(b))
		}
	}
	if child == 0 {
		t.Fatal("the child did not start")
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // killed, as asked
	for deadline := time.Now().Add(2 * time.Minute); alive(child); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = syscall.Kill(child, syscall.SIGKILL)
			t.Fatal("the child outlives its parent")
		}
	}
}

// alive reports whether a process runs: a zombie waiting for init does not.
func alive(pid int) bool {
	f, err := os.Open("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "State:") {
			return !strings.Contains(lines.Text(), "Z")
		}
	}
	return false
}
