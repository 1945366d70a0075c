package sandbox

import "time"

// patience is how much longer than its limits a child may take that gets too little
// of a busy machine: what it evaluates is not at fault.
const patience = 5

// stopwatch measures how long a child works. The zero value stands still.
type stopwatch struct {
	pid   int
	began time.Time
	cpu   time.Duration // that it had used by then
}

func watchWork(pid int) stopwatch {
	cpu, _ := cpuOf(pid)
	return stopwatch{pid, time.Now(), cpu}
}

// read is the time that the child used of a processor, but not more than passed, as it has
// several threads, and not less than a part of that, as it may wait for something else.
func (w stopwatch) read() time.Duration {
	if w.pid == 0 {
		return 0
	}
	passed := time.Since(w.began)
	cpu, known := cpuOf(w.pid)
	if !known {
		return passed
	}
	return max(min(cpu-w.cpu, passed), passed/patience)
}
