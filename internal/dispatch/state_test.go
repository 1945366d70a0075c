package dispatch

import "testing"

func TestInOrder(t *testing.T) {
	for state, want := range map[string]bool{"": true, "ii": true, "hi": true, "iF": false, "iU": false, "rc": false, "un": false, "iiR": false, "i": false, "x": false} {
		if InOrder(state) != want {
			t.Errorf("%q: %t, wanted %t", state, !want, want)
		}
	}
}
