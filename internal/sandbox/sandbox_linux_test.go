package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	Main(map[string]Job{"misbehave": misbehave, "bad-setup": badSetup, "bomb-setup": bombSetup, "nap-setup": napSetup, "parent": parentJob})
	os.Exit(m.Run())
}

// misbehave does what an item names.
func misbehave(shared []byte) (func([]byte) []byte, error) {
	return func(item []byte) []byte {
		switch word, _, _ := strings.Cut(string(item), " "); word {
		case "memory":
			return double()
		case "heap":
			return grow()
		case "stack":
			return []byte(strconv.Itoa(recurse(1)))
		case "loop":
			for n := 0; ; n++ {
			}
		case "huge":
			return make([]byte, 5<<20)
		case "big":
			return make([]byte, 1<<20)
		case "panic":
			panic("it was " + string(shared))
		case "exit":
			os.Exit(0)
		case "doze":
			time.Sleep(4 * time.Second)
		case "nap":
			time.Sleep(time.Hour)
		case "print":
			fmt.Println("noise on the protocol's stream")
		case "noise":
			os.Stderr.Write(make([]byte, 64<<20))
		case "env":
			return []byte(strings.Join(os.Environ(), ","))
		}
		return append(append([]byte{}, shared...), item...)
	}, nil
}

func double() []byte {
	s := "x"
	for range 34 {
		s += s
	}
	return []byte(s[:1])
}

func grow() []byte {
	var all [][]byte
	for range 1 << 16 {
		all = append(all, bytes.Repeat([]byte{1}, 1<<20))
	}
	return all[0][:1]
}

//nolint:staticcheck // SA5007: to recurse without end is what it is for
func recurse(n int) int {
	var pad [1024]int
	pad[n%1024] = n
	return recurse(n+1) + pad[(n*7)%1024]
}

func badSetup([]byte) (func([]byte) []byte, error) { return nil, errors.New("no such rule") }

func bombSetup([]byte) (func([]byte) []byte, error) {
	grow()
	return func(b []byte) []byte { return b }, nil
}

func napSetup([]byte) (func([]byte) []byte, error) {
	time.Sleep(time.Hour)
	return nil, nil
}

func items(words ...string) [][]byte {
	var out [][]byte
	for _, w := range words {
		out = append(out, []byte(w))
	}
	return out
}

// quick is for what never ends: only that uses the time of an item up.
func quick() Limits { return Limits{Item: time.Second, Run: time.Minute} }

// patient leaves time to fill the memory, or to die, on a busy machine.
func patient() Limits {
	l := Limits{Item: time.Minute, Run: 2 * time.Minute}
	if raceDetector {
		l.Memory = 96 << 20
	}
	return l
}

// Each culprit is named, and the items around it are answered.
func TestACulpritIsNamedAndTheOthersAnswered(t *testing.T) {
	for word, want := range map[string]error{
		"memory": ErrMemory, "heap": ErrMemory, "stack": ErrMemory, "loop": ErrTime, "nap": ErrTime, "huge": ErrOutput, "panic": ErrCrash, "exit": ErrCrash,
	} {
		t.Run(word, func(t *testing.T) {
			if raceDetector && word == "memory" {
				t.Skip("under the race detector the heap is only watched, and one huge string outruns the watcher")
			}
			l := patient()
			if errors.Is(want, ErrTime) {
				l = quick()
			}
			before := resident(t)
			out := Runner{Limits: l}.Run(t.Context(), "misbehave", []byte("s:"), items("a", word, "b", "c"))
			if grown := resident(t) - before; grown > 64<<20 {
				t.Errorf("the parent grew by %d MiB, want less than 64", grown>>20)
			}
			for i, answer := range map[int]string{0: "s:a", 2: "s:b", 3: "s:c"} {
				if out[i].Err != nil || string(out[i].Output) != answer {
					t.Errorf("item %d: %q, %v; want %q", i, out[i].Output, out[i].Err, answer)
				}
			}
			if !errors.Is(out[1].Err, want) {
				t.Errorf("the culprit: %v, want %v", out[1].Err, want)
			}
			if word == "panic" && !strings.Contains(out[1].Err.Error(), "it was s:") {
				t.Errorf("the crash's words are lost: %v", out[1].Err)
			}
		})
	}
}

// resident is this process's peak memory: what a runaway answer would raise.
func resident(t *testing.T) int64 {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return u.Maxrss << 10
}

func TestTheAllowanceLeavesTheRestNotEvaluated(t *testing.T) {
	l := Limits{Item: 400 * time.Millisecond, Run: time.Second}
	out := Runner{Limits: l}.Run(t.Context(), "misbehave", nil, items("a", "nap", "nap", "nap", "b"))
	for i, want := range [][]error{{nil}, {ErrTime}, {ErrTime, ErrNotEvaluated}, {ErrNotEvaluated}, {ErrNotEvaluated}} { // nothing is left for the third on a busy machine
		if !slices.ContainsFunc(want, func(err error) bool { return errors.Is(out[i].Err, err) }) {
			t.Errorf("item %d: %v, want %v", i, out[i].Err, want)
		}
	}
}

// What gets no processor for a while, on a busy machine, has not used its time up.
func TestWaitingIsNoWork(t *testing.T) {
	l := Limits{Item: 2 * time.Second, Run: 3 * time.Second}
	for i, o := range (Runner{Limits: l}).Run(t.Context(), "misbehave", nil, items("doze", "a")) {
		if o.Err != nil {
			t.Errorf("item %d: %v, want an answer", i, o.Err)
		}
	}
}

func TestTotalOutputIsBounded(t *testing.T) {
	l := patient()
	l.Total = 2 << 20
	out := Runner{Limits: l}.Run(t.Context(), "misbehave", nil, items("big", "big", "big", "a"))
	for i, want := range []error{nil, nil, ErrNotEvaluated, ErrNotEvaluated} {
		if !errors.Is(out[i].Err, want) {
			t.Errorf("item %d: %v, want %v", i, out[i].Err, want)
		}
	}
}

func TestASetupIsUnderTheSameLimits(t *testing.T) {
	for job, want := range map[string]error{"bad-setup": ErrSetup, "bomb-setup": ErrMemory, "nap-setup": ErrTime, "unknown": ErrCrash} {
		l := patient()
		if errors.Is(want, ErrTime) {
			l = quick()
		}
		for i, o := range (Runner{Limits: l}).Run(t.Context(), job, nil, items("a", "b")) {
			if !errors.Is(o.Err, want) || !errors.Is(o.Err, ErrSetup) {
				t.Errorf("%s, item %d: %v, want %v", job, i, o.Err, want)
			}
		}
	}
}

func TestAChildHasNoEnvironmentAndMayPrint(t *testing.T) {
	t.Setenv("SECRET", "s3cret")
	out := Runner{Limits: patient()}.Run(t.Context(), "misbehave", nil, items("env", "print", "noise", "a"))
	for i, want := range []string{"", "print", "noise", "a"} {
		if out[i].Err != nil || string(out[i].Output) != want {
			t.Errorf("item %d: %q, %v; want %q", i, out[i].Output, out[i].Err, want)
		}
	}
}

func TestCancellingEndsTheRun(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	l := Limits{Item: time.Minute, Run: time.Minute}
	for i, o := range (Runner{Limits: l}).Run(ctx, "misbehave", nil, items("nap", "a")) {
		if !errors.Is(o.Err, context.DeadlineExceeded) {
			t.Errorf("item %d: %v", i, o.Err)
		}
	}
}

func TestAMissingProgramIsASetupError(t *testing.T) {
	out := Runner{Command: "/nowhere/patchops"}.Run(t.Context(), "misbehave", nil, items("a"))
	if !errors.Is(out[0].Err, ErrSetup) {
		t.Errorf("got %v", out[0].Err)
	}
}

func TestManyItemsShareOneChild(t *testing.T) {
	var many [][]byte
	for i := range 2000 {
		many = append(many, []byte(strconv.Itoa(i)))
	}
	for i, o := range (Runner{Limits: patient()}).Run(t.Context(), "misbehave", bytes.Repeat([]byte("s"), 100), many) {
		if o.Err != nil || !bytes.HasSuffix(o.Output, []byte("s"+strconv.Itoa(i))) {
			t.Fatalf("item %d: %q, %v", i, o.Output, o.Err)
		}
	}
	if out := (Runner{}).Run(t.Context(), "misbehave", nil, nil); len(out) != 0 {
		t.Errorf("no items gave %d outcomes", len(out))
	}
}
