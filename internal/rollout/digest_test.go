package rollout

import (
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// WR39: the same bytes on one processor and on sixteen, and other clients do not
// matter.
func TestWR39SameBytes(t *testing.T) {
	in := estate(3, 120)
	want := Compute(in)
	if !strings.HasPrefix(want.Digest, "sha256:") || len(want.Digest) != 71 {
		t.Errorf("digest %q", want.Digest)
	}
	for _, n := range []int{1, 16} {
		before := runtime.GOMAXPROCS(n)
		got := Compute(in)
		runtime.GOMAXPROCS(before)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("with %d processors the schedule is another", n)
		}
	}
	more := *in
	more.Clients = append(slices.Clone(in.Clients), estateClient("zeta", 60))
	if got := Compute(&more); !reflect.DeepEqual(got.Plans[:len(want.Plans)], want.Plans) || got.Digest == want.Digest {
		t.Error("another client changes the schedules of the rest")
	}
}

func TestDigestIsOfPlacesNotOfExplanations(t *testing.T) {
	s := nights(2)
	s.plan("os", "standard", 60)
	before := s.schedule(t)
	s.AsOf += 1800
	s.Plans[0].Work[0].Risk = 7
	if after := s.schedule(t); after.Digest != before.Digest {
		t.Error("risk or the instant of planning is in the digest")
	}
	s.Plans[0].Work[0].Patches = []string{"kb2"}
	if after := s.schedule(t); after.Digest == before.Digest {
		t.Error("the patches are not in the digest")
	}
}
