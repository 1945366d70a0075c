package schema

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
	"testing"
)

// FuzzTreeEqualsCUE lets the fuzzer steer the generator: its bytes are the
// random numbers, and when they end the rest follows from them.
func FuzzTreeEqualsCUE(f *testing.F) {
	files := builtin(f)
	set := compileBuiltin(f)
	cue, err := NewJudge(files)
	if err != nil {
		f.Fatal(err)
	}
	names := sortedKeys(set.Definitions)
	words, numbers := literals(files)
	f.Add(uint16(0), []byte("patchops"))
	f.Fuzz(func(t *testing.T, which uint16, steer []byte) {
		name := names[int(which)%len(names)]
		g := &generator{newSteered(steer), words, numbers}
		v := g.next(set.Definitions[name])
		if tree, other := admits(set.Definitions[name], &v), cue.Admits(name, plain(&v)); tree != other {
			t.Errorf("%s: tree %v, CUE %v: %s", name, tree, other, show(plain(&v)))
		}
	})
}

// FuzzCompile: no source makes the compiler panic, and what it takes, CUE takes.
func FuzzCompile(f *testing.F) {
	f.Add(builtin(f)["selector.cue"])
	f.Add([]byte("package patchops\n#A: {a?: #A | \"x\", {b!: 1} | {c!: [...#A]}, [=~\"^z\"]: _}"))
	f.Fuzz(func(t *testing.T, src []byte) {
		files := map[string][]byte{"f.cue": src}
		if _, findings := Compile(files, nil); len(findings) > 0 {
			return
		}
		if _, err := NewJudge(files); err != nil {
			t.Errorf("CUE refuses what the style takes: %v", err)
		}
	})
}

// FuzzOwn: no constraint makes reading or vetting panic (evaluating may take
// forever, and is left to the limited child).
func FuzzOwn(f *testing.F) {
	set := compileBuiltin(f)
	f.Add([]byte("package own\nPatchPlan: spec: waves: [_, _, ...] & [...{name!: *\"x\" | string}]"))
	f.Fuzz(func(_ *testing.T, src []byte) {
		VetOwn(map[string][]byte{"schemas/f.cue": src}, set)
	})
}

// steered is a source of random numbers that begins with given bytes.
type steered struct {
	bytes []byte
	state uint64
}

func newSteered(b []byte) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write(b)
	return rand.New(&steered{b, h.Sum64()})
}

func (s *steered) Uint64() uint64 {
	if len(s.bytes) >= 2 {
		n := uint64(binary.LittleEndian.Uint16(s.bytes))
		s.bytes = s.bytes[2:]
		return n<<48 | n<<16 | n
	}
	// splitmix64
	s.state += 0x9e3779b97f4a7c15
	z := s.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
