package sandbox

import (
	"bufio"
	"io"
	"os/exec"
	"sync"
)

// conversation is the pipes to one child with the two goroutines that serve
// them. The frames end with the child, or with the first frame out of bounds.
type conversation struct {
	cmd    *exec.Cmd
	pipes  []io.Closer
	frames chan frame
	stop   chan struct{} // closed when nobody reads frames any more
	ends   sync.WaitGroup
}

func startConversation(cmd *exec.Cmd, shared []byte, items [][]byte, limit int) (*conversation, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &conversation{cmd: cmd, pipes: []io.Closer{in, out}, frames: make(chan frame), stop: make(chan struct{})}
	c.ends.Go(func() {
		defer func() { _ = in.Close() }()
		for _, b := range append([][]byte{shared}, items...) {
			if writeBlob(in, b) != nil {
				return // the child is gone
			}
		}
	})
	c.ends.Go(func() {
		defer close(c.frames)
		r := bufio.NewReader(out)
		for {
			f, err := readFrame(r, limit)
			if err != nil {
				return
			}
			select {
			case c.frames <- f:
			case <-c.stop:
				return
			}
		}
	})
	return c, nil
}

// close ends the child, whatever it does, and waits for all that serves it.
func (c *conversation) close() {
	close(c.stop)
	// A dead child is no error here, and its state says how it died.
	_ = c.cmd.Process.Kill()
	for _, p := range c.pipes {
		_ = p.Close() // nobody reads or writes any more
	}
	c.ends.Wait()
	_ = c.cmd.Wait()
}

// head keeps the first bytes written to it and drops the rest.
type head struct {
	room int
	text []byte
}

func (h *head) Write(p []byte) (int, error) {
	n := min(len(p), h.room-len(h.text))
	h.text = append(h.text, p[:n]...)
	return len(p), nil
}

func (h *head) String() string { return string(h.text) }
