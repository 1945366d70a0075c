package window

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestPlainIsWithoutChange: what plain says is what asking hour by hour says, in every
// zone, around each change of its clocks, around the ends of years and anywhere.
func TestPlainIsWithoutChange(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for i, name := range ZoneNames() {
		if testing.Short() && i%8 != 0 {
			continue
		}
		loc, err := Zone(name)
		if err != nil {
			t.Fatal(err)
		}
		z := zoned{loc: loc}
		for range 60 {
			at := random.Int64N(EndOfTime)
			switch random.IntN(3) {
			case 0:
				at = time.Date(1970+random.IntN(130), 12, 29+random.IntN(5), random.IntN(24), 0, 0, 0, time.UTC).Unix()
			case 1:
				at = untilChange(at, loc) + random.Int64N(5*widest) - 2*widest
			}
			for range 3 { // some steps on, as recurrences go
				at = min(max(at, 0), EndOfTime) + random.Int64N(9*daySeconds)
				east, steadily := offsetAt(at-widest, loc), true
				for probe := at - widest; probe <= at+widest; probe += 900 {
					steadily = steadily && offsetAt(probe, loc) == east
				}
				got, ok := z.plain(Local(at))
				if ok != steadily || ok && got != at-int64(east) {
					t.Fatalf("%s, reading %d: %d %v, wanted %d %v", name, at, got, ok, at-int64(east), steadily)
				}
			}
		}
	}
}
