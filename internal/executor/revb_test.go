package executor_test

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
)

func TestRevbStress(t *testing.T) {
	for _, max := range []int{1, 2, 10} {
		t.Run(fmt.Sprint(max), func(t *testing.T) {
			s, d := serve(t, fmt.Sprintf("MaxSessions=%d", max)), &dialer{}
			before := runtime.NumGoroutine()
			o := s.options(t, root(t))
			o.Keepalive = time.Hour
			o.Dial = d.dial
			e := s.open(t, o)
			var all sync.WaitGroup
			var mu sync.Mutex
			bad := map[string]int{}
			for i := range 12 {
				all.Go(func() {
					task := sshTask(s.target(), "sleep 2")
					task.Key = fmt.Sprintf("%s%d", task.Key, i)
					var a dispatch.Answer
					if i%2 == 0 {
						a = e.Probe(t.Context(), task)
					} else {
						a = e.Start(t.Context(), task, nil)
					}
					mu.Lock()
					bad[fmt.Sprint(i%2, a.State, a.Why, a.Text)]++
					mu.Unlock()
				})
			}
			all.Wait()
			t.Log(bad, len(d.conns))
			e.Close()
			time.Sleep(2 * time.Second)
			t.Log("goroutines", before, runtime.NumGoroutine())
		})
	}
}
