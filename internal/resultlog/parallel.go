package resultlog

import (
	"io/fs"
	"runtime"
)

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
