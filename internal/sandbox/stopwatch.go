package sandbox

import "time"

// patience is how much longer than its limits a child may take that gets too little
// of a busy machine: what it evaluates is not at fault.
const patience = 5

// grain is how often the kernel is asked: its own count is no finer, and to ask at each of
// many small items would take longer than they do.
const grain = 10 * time.Millisecond

// stopwatch measures how long a child works. The zero value stands still.
type stopwatch struct {
	pid   int
	began time.Time
	cpu   time.Duration // that it had used by then
	known bool
	asked time.Duration // how much time had passed when the kernel was asked last
	used  time.Duration // what it said then
}

func watchWork(pid int) stopwatch {
	cpu, known := cpuOf(pid)
	return stopwatch{pid: pid, began: time.Now(), cpu: cpu, known: known}
}

// read is the time that the child used of a processor, but not more than passed, as it has
// several threads, and not less than a part of that, as it may wait for something else.
func (w *stopwatch) read() time.Duration {
	if w.pid == 0 {
		return 0
	}
	passed := time.Since(w.began)
	if w.known && passed-w.asked >= grain {
		var cpu time.Duration
		cpu, w.known = cpuOf(w.pid)
		w.asked, w.used = passed, cpu-w.cpu
	}
	if !w.known {
		return passed
	}
	return max(min(w.used, passed), passed/patience)
}
