package report

import "strings"

func compareText(a, b string) int { return strings.Compare(a, b) }

// compareInts is the sign of the first difference that is not 0.
func compareInts(differences ...int64) int {
	for _, d := range differences {
		switch {
		case d < 0:
			return -1
		case d > 0:
			return 1
		}
	}
	return 0
}

// few is the first names of a list, joined, and how many more there are.
func few(names []string, n int, show func(string) string) (shown []string, more int) {
	for i, name := range names {
		if i == n {
			return shown, len(names) - n
		}
		shown = append(shown, show(name))
	}
	return shown, 0
}
