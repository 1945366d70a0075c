package sandbox

import (
	"fmt"
	"os"
	"runtime/metrics"
	"time"
)

// watch ends the process soon after its memory passes the limit. It runs until
// the process ends.
func watch(limit int64) {
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
		for {
			metrics.Read(sample)
			if sample[0].Value.Uint64()+sample[1].Value.Uint64() > uint64(limit) {
				fmt.Fprintln(os.Stderr, "fatal error: out of memory")
				os.Exit(2)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
}
