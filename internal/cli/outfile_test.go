package cli

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What a flag names is written whole; a pipe, a device and what a link leads to stay
// what they are.
func TestWriteOut(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "f"), filepath.Join(dir, "link")
	for _, name := range []string{file, link} {
		if err := os.Symlink("f", link); err != nil && !os.IsExist(err) {
			t.Fatal(err)
		}
		if err := writeOut(name, contents([]byte("text of "+name))); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(file)
		if err != nil || string(b) != "text of "+name {
			t.Errorf("%q, %v", b, err)
		}
	}
	info, err := os.Lstat(link)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info, err)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	read := make(chan string, 1)
	go func() {
		f, err := os.Open(pipe)
		if err != nil {
			read <- err.Error()
			return
		}
		b, _ := io.ReadAll(f)
		_ = f.Close()
		read <- string(b)
	}()
	if err := writeOut(pipe, contents([]byte("through"))); err != nil {
		t.Fatal(err)
	}
	if got := <-read; got != "through" {
		t.Errorf("the pipe gave %q", got)
	}
	if info, err := os.Lstat(pipe); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("the pipe is %v, %v", info, err)
	}
	if err := writeOut(dir, contents(nil)); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("a folder: %v", err)
	}
	if err := writeOut(filepath.Join(dir, "none", "f"), contents(nil)); err == nil {
		t.Error("a folder was made that nobody asked for")
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 3 {
		t.Errorf("left behind: %v, %v", list, err)
	}
}
