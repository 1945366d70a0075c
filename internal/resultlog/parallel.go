package resultlog

import (
	"io/fs"
	"runtime"
	"sync"

	"golang.org/x/mod/sumdb/tlog"
)

// few is how many records one processor writes as fast as several.
const few = 64

// linesOf are the lines of records, their leaves, and what is wrong with each. It makes
// each record ready first, on the processor that writes it.
func linesOf(records []Record, ready func(i int)) ([][]byte, []tlog.Hash, []error) {
	lines, leaves, errs := make([][]byte, len(records)), make([]tlog.Hash, len(records)), make([]error, len(records))
	write := func(from, to int) {
		for i := from; i < to; i++ {
			ready(i)
			if lines[i], errs[i] = records[i].Line(); errs[i] == nil {
				leaves[i] = Leaf(lines[i])
			}
		}
	}
	if len(records) < few {
		write(0, len(records))
		return lines, leaves, errs
	}
	var all sync.WaitGroup
	n := runtime.GOMAXPROCS(0)
	for k := range n {
		all.Go(func() { write(len(records)*k/n, len(records)*(k+1)/n) })
	}
	all.Wait()
	return lines, leaves, errs
}

// joined is the lines, each with its line feed.
func joined(lines [][]byte) []byte {
	size := len(lines)
	for _, line := range lines {
		size += len(line)
	}
	out := make([]byte, 0, size)
	for _, line := range lines {
		out = append(append(out, line...), '\n')
	}
	return out
}

// eachSegment reads and parses segments on all processors, a few ahead, and hands
// them over in order. It returns when nothing of it runs any more.
func eachSegment(files fs.FS, firsts []int64, take func(segment) error) error {
	type outcome struct {
		segment segment
		err     error
	}
	ahead := min(2*runtime.GOMAXPROCS(0), len(firsts))
	results := make([]chan outcome, len(firsts))
	start := func(i int) {
		results[i] = make(chan outcome, 1)
		go func() {
			s, err := readSegment(files, firsts[i])
			results[i] <- outcome{s, err}
		}()
	}
	for i := range ahead {
		start(i)
	}
	started := ahead
	for i := range firsts {
		o := <-results[i]
		err := o.err
		if err == nil {
			err = take(o.segment)
		}
		if err != nil {
			for _, rest := range results[i+1 : started] {
				<-rest
			}
			return err
		}
		results[i] = nil
		if started < len(firsts) {
			start(started)
			started++
		}
	}
	return nil
}
