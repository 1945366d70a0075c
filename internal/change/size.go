package change

import (
	"bytes"
	"fmt"
	"slices"
)

// The most that people are asked to read in one change (R18): what is beyond it,
// forges do not show.
const (
	MostFiles = 300
	MostLines = 20_000
)

// Size is how much of a change people must read.
type Size struct {
	Files int // a file that only moved is one
	Lines int // added and removed; more than MostLines: at least so many
}

// Unreviewable says that nobody can read a change of that size; "" where one can.
func (s Size) Unreviewable() string {
	switch {
	case s.Files > MostFiles:
		return fmt.Sprintf("the change touches %d files, wanted at most %d to review", s.Files, MostFiles)
	case s.Lines > MostLines:
		return fmt.Sprintf("the change adds and removes more than %d lines, wanted at most %d to review", MostLines, MostLines)
	}
	return ""
}

// Measure says how large the difference of two trees is, both sorted by path.
// Read gives the bytes of an entry; what it cannot read counts as too much. Paths
// that are aside do not count.
func Measure(base, head []Entry, aside func(path string) bool, read func(head bool, e Entry) ([]byte, error)) (Size, error) {
	removed, added, changed := differences(base, head, aside)
	size := Size{Files: len(changed)}
	removed, added, moves := pair(removed, added)
	size.Files += moves + len(removed) + len(added)
	if size.Files > MostFiles {
		return size, nil
	}
	for _, e := range removed {
		changed = append(changed, [2]Entry{e, {}})
	}
	for _, e := range added {
		changed = append(changed, [2]Entry{{}, e})
	}
	budget := work
	for _, pair := range changed {
		var text [2][]byte
		for i, e := range pair {
			if e.Path == "" || e.Mode == "160000" {
				continue
			}
			b, err := read(i == 1, e)
			if err != nil {
				return size, fmt.Errorf("read %q: %w", e.Path, err)
			}
			text[i] = b
		}
		size.Lines += differentLines(text[0], text[1], MostLines+1-size.Lines, &budget)
		if size.Lines > MostLines {
			return size, nil
		}
	}
	return size, nil
}

// differences are the entries of one side only, and those that differ.
func differences(base, head []Entry, aside func(string) bool) (removed, added []Entry, changed [][2]Entry) {
	for len(base) > 0 || len(head) > 0 {
		path := first(base, head)
		was, is := take(&base, path), take(&head, path)
		switch {
		case same(was, is) || aside(path):
		case is == nil:
			removed = append(removed, *was)
		case was == nil:
			added = append(added, *is)
		default:
			changed = append(changed, [2]Entry{*was, *is})
		}
	}
	return removed, added, changed
}

// pair takes out what only moved: equal blobs, each once.
func pair(removed, added []Entry) (gone, fresh []Entry, moves int) {
	by := map[string]int{}
	for _, e := range removed {
		by[e.Blob]++
	}
	left := map[string]int{}
	for _, e := range added {
		if by[e.Blob] > 0 {
			by[e.Blob]--
			left[e.Blob]++
			moves++
			continue
		}
		fresh = append(fresh, e)
	}
	for _, e := range removed {
		if left[e.Blob] > 0 {
			left[e.Blob]--
			continue
		}
		gone = append(gone, e)
	}
	return gone, fresh, moves
}

// work bounds the steps of comparing lines, over all files of a change.
const work = 50_000_000

// differentLines is the least number of lines that must be removed and added to
// come from one text to another, at most limit. Where finding that out would be
// too much work, it is the number of lines that the texts do not share at their
// ends, which is never less.
func differentLines(before, after []byte, limit int, budget *int) int {
	a, b := lines(before), lines(after)
	for len(a) > 0 && len(b) > 0 && bytes.Equal(a[0], b[0]) {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && bytes.Equal(a[len(a)-1], b[len(b)-1]) {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	most := len(a) + len(b)
	if most <= 1 || len(a) == 0 || len(b) == 0 {
		return min(most, limit)
	}
	least, x, y := unshared(a, b)
	if least >= limit {
		return limit
	}
	if n, ok := edits(x, y, limit, budget); ok {
		return n
	}
	return min(most, limit)
}

func lines(text []byte) [][]byte {
	if len(text) == 0 {
		return nil
	}
	return bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
}

// unshared numbers the lines, equal ones alike, and counts those that the other
// text has fewer of.
func unshared(a, b [][]byte) (count int, x, y []int) {
	ids := map[string]int{}
	number := func(list [][]byte) []int {
		out := make([]int, len(list))
		for i, l := range list {
			id, known := ids[string(l)]
			if !known {
				id = len(ids)
				ids[string(l)] = id
			}
			out[i] = id
		}
		return out
	}
	x, y = number(a), number(b)
	balance := make([]int, len(ids))
	for _, id := range x {
		balance[id]++
	}
	for _, id := range y {
		balance[id]--
	}
	for _, n := range balance {
		count += max(n, -n)
	}
	return count, x, y
}

// edits is the length of the shortest edit script (Myers 1986), at most limit;
// false where the budget of steps ran out.
func edits(x, y []int, limit int, budget *int) (int, bool) {
	reach := make([]int, 2*limit+3)
	at := func(k int) *int { return &reach[k+limit+1] }
	for d := range limit {
		for k := -d; k <= d; k += 2 {
			i := *at(k - 1) + 1
			if k == -d || k != d && *at(k - 1) < *at(k + 1) {
				i = *at(k + 1)
			}
			from := i
			for i < len(x) && i-k < len(y) && x[i] == y[i-k] {
				i++
			}
			*at(k) = i
			if i >= len(x) && i-k >= len(y) {
				return d, true
			}
			if *budget -= 1 + i - from; *budget < 0 {
				return 0, false
			}
		}
	}
	return limit, true
}

// Aside says which of a set of paths are.
func Aside(paths []string) func(string) bool {
	sorted := slices.Clone(paths)
	slices.Sort(sorted)
	return func(path string) bool {
		_, found := slices.BinarySearch(sorted, path)
		return found
	}
}
