package sandbox

import (
	"bufio"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"time"
)

// mark is the first argument of a child, and no command's name.
const mark = "--patchops-sandbox-child"

// Main must be the first thing a program does. In a child it does the job and
// ends the process; in every other process it returns at once.
func Main(jobs map[string]Job) {
	if len(os.Args) < 2 || os.Args[1] != mark {
		return
	}
	if err := child(jobs, os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// arguments are how the limits travel to a child, whose environment is empty.
func arguments(job string, l Limits) []string {
	return []string{
		mark, job, strconv.FormatInt(l.Memory, 10), strconv.Itoa(l.Stack),
		strconv.FormatInt(int64(l.Run), 10), strconv.Itoa(l.Output),
	}
}

func child(jobs map[string]Job, args []string) error {
	if len(args) != 5 {
		return fmt.Errorf("%d arguments, want 5", len(args))
	}
	job, ok := jobs[args[0]]
	if !ok {
		return fmt.Errorf("no job %q", args[0])
	}
	var n [4]int64
	for i, a := range args[1:] {
		v, err := strconv.ParseInt(a, 10, 64)
		if err != nil || v <= 0 {
			return fmt.Errorf("limit %q, want a positive number", a)
		}
		n[i] = v
	}
	l := Limits{Memory: n[0], Stack: int(n[1]), Run: time.Duration(n[2]), Output: int(n[3])}
	debug.SetTraceback("none") // the first line of a crash is all that the parent reads
	debug.SetMaxStack(l.Stack)
	debug.SetGCPercent(400)                // a short life
	debug.SetMemoryLimit(l.Memory / 4 * 3) // collect harder before the wall
	if err := limit(l); err != nil {
		return err
	}
	in, out := os.Stdin, os.Stdout
	os.Stdin, os.Stdout = nil, os.Stderr // a library that prints must not break the protocol
	return work(job, bufio.NewReader(in), bufio.NewWriter(out), l.Output)
}

func work(job Job, in *bufio.Reader, out *bufio.Writer, limit int) error {
	if err := writeFrame(out, begun, nil); err != nil {
		return err
	}
	shared, err := readBlob(in)
	if err != nil {
		return err
	}
	answer, err := job(shared)
	if err != nil {
		return writeFrame(out, failed, []byte(clip(err.Error(), limit)))
	}
	if err := writeFrame(out, ready, nil); err != nil {
		return err
	}
	for {
		item, err := readBlob(in)
		if err != nil {
			return nil //nolint:nilerr // the parent closed the pipe: no more items
		}
		if err := writeFrame(out, started, nil); err != nil {
			return err
		}
		kind, output := byte(done), answer(item)
		if len(output) > limit {
			kind, output = tooMuch, nil
		}
		if err := writeFrame(out, kind, output); err != nil {
			return err
		}
	}
}

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
