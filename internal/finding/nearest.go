package finding

// Nearest returns the candidate closest to name by optimal string alignment
// distance (insert, delete, replace, swap of neighbours), for "did you mean"
// hints. It returns "" when none is near enough: at most a third of the longer
// length, and never more than three edits. Ties go to the earlier candidate.
func Nearest(name string, candidates []string) string {
	best, bestDistance := "", 4
	for _, c := range candidates {
		longer := max(len(name), len(c))
		if d := distance(name, c); d < bestDistance && d*3 <= longer+1 {
			best, bestDistance = c, d
		}
	}
	return best
}

// longestName bounds what a name costs; nobody misspells a longer one.
const longestName = 255

func distance(a, b string) int {
	if abs(len(a)-len(b)) > 3 || len(b) > longestName {
		return 4
	}
	var rows [3][longestName + 1]uint16
	before, last, row := rows[0][:len(b)+1], rows[1][:len(b)+1], rows[2][:len(b)+1]
	for j := range last {
		last[j] = uint16(j)
	}
	for i := 1; i <= len(a); i++ {
		row[0] = uint16(i)
		for j := 1; j <= len(b); j++ {
			cost := uint16(1)
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return int(last[len(b)])
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
