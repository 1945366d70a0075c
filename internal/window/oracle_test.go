package window

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
)

// starts are the first occurrences of a rule, at most so many.
func starts(r *Rule, start Local, most int) []string {
	var out []string
	newRecurrence(r, start).from(start, endOfTime, func(l Local) bool {
		out = append(out, l.String())
		return len(out) < most
	})
	return out
}

func mustRule(t testing.TB, text string) *Rule {
	t.Helper()
	r, err := ParseRule(text)
	if err != nil {
		t.Fatal(err)
	}
	return &r
}

func mustLocal(t testing.TB, text string) Local {
	t.Helper()
	l, err := ParseLocal(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// testdata/rules.py wrote what python-dateutil says of 600 rules.
func TestAgreesWithDateutil(t *testing.T) {
	f, err := os.Open("testdata/rules.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rules := 0
	for lines := bufio.NewScanner(f); lines.Scan(); rules++ {
		words := strings.Fields(lines.Text())
		want := words[2:]
		for i := range want {
			want[i] = mustLocal(t, want[i]).String()
		}
		if found := starts(mustRule(t, words[1]), mustLocal(t, words[0]), 8); !slices.Equal(found, want) {
			t.Errorf("%s from %s:\n found %v\n want  %v", words[1], words[0], found, want)
		}
	}
	if rules < 600 {
		t.Errorf("%d rules, wanted 600", rules)
	}
}
