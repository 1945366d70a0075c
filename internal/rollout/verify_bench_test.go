package rollout

import (
	"fmt"
	"testing"
)

func BenchmarkVerify(b *testing.B) {
	for _, size := range []struct{ clients, assets int }{{500, 200}, {1, 20_000}} {
		in := estate(size.clients, size.assets)
		s := Compute(in)
		b.Run(fmt.Sprintf("%dx%d", size.clients, size.assets), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Verify(in, s)
			}
		})
	}
}
