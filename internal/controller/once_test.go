package controller

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchops/patchops/internal/statement"
)

// TestOnceHearsAHold: a rollout that "once" carries out for hours is held by a word that
// is said meanwhile, as it is where the controller goes on for ever.
func TestOnceHearsAHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := makeKeys(t).begin(t)
		f := newFarm()
		docs := s.shape(4, 4)
		c := s.rollout(docs, f)
		f.onStart = func() {
			if len(f.started) == 1 {
				for _, p := range docs.Plans {
					s.sayThis("dana", statement.Statement{Act: statement.Hold, Subject: "plan:acme/" + p.Name, Reason: "alarms"})
				}
				s.clock.pass(2 * whileBusy)
			}
		}
		for len(f.started) == 0 {
			s.clock.pass(20 * time.Second)
			if _, err := c.Once(context.Background()); err != nil && !Later(err) {
				t.Fatal(err)
			}
		}
		if got := fmt.Sprint(f.installs()); got != "map[acme/host-000:1]" {
			t.Errorf("begun %s, wanted the first host only; the log has %s", got, s.kinds("acme"))
		}
	})
}
