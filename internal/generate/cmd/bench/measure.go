package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// measure is what running a contender took.
type measure struct {
	wall, cpu time.Duration // cpu: user and system, children included
	rss       int64         // bytes, the largest of its processes
}

func (c contender) run() (measure, error) {
	var sum measure
	for _, command := range c.commands {
		m, err := c.one(command)
		if err != nil {
			return measure{}, err
		}
		sum.wall += m.wall
		sum.cpu += m.cpu
		sum.rss = max(sum.rss, m.rss)
	}
	return sum, nil
}

func (c contender) one(command []string) (measure, error) {
	var output bytes.Buffer
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = c.env, &output, &output
	begin := time.Now()
	err := cmd.Run()
	wall := time.Since(begin)
	var exit *exec.ExitError
	if c.findings && errors.As(err, &exit) && exit.ExitCode() == 3 {
		err = nil
	}
	if err != nil {
		text := output.Bytes()
		return measure{}, fmt.Errorf("%w: %s", err, text[:min(len(text), 2000)])
	}
	used := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return measure{
		wall: wall,
		cpu:  cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
		rss:  used.Maxrss * 1024, // Linux counts in KiB
	}, nil
}

// median takes each figure's own median.
func median(all []measure) measure {
	return measure{
		wall: middle(all, func(m measure) time.Duration { return m.wall }),
		cpu:  middle(all, func(m measure) time.Duration { return m.cpu }),
		rss:  middle(all, func(m measure) int64 { return m.rss }),
	}
}

func middle[T int64 | time.Duration](all []measure, of func(measure) T) T {
	values := make([]T, len(all))
	for i, m := range all {
		values[i] = of(m)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
