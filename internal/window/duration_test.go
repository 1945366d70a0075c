package window

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestSeconds(t *testing.T) {
	for text, want := range map[string]int64{
		"PT1S": 1, "PT90M": 5400, "PT4H": 14400, "P1D": 86400, "P2W": 1209600, "P1DT2H3M4S": 93784,
		"-P1D": -86400, "-PT12H": -43200, "PT0S": 0, "PT1H30S": 3630, "P36525D": 3155760000,
	} {
		if got, err := Seconds(text); err != nil || got != want {
			t.Errorf("Seconds(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
}

// W12: a length that is zero, negative or over seven days is refused.
func TestW12ChecksOfDurations(t *testing.T) {
	checks := Checks()
	for _, c := range []struct{ name, text, problem, hint string }{
		{"#Duration", "PT4H", "", ""},
		{"#Duration", "P10000D", "", ""},
		{"#Duration", "PT0S", "is zero", ""},
		{"#Duration", "P0D", "is zero", ""},
		{"#Duration", "-P1D", "is negative", "write P1D"},
		{"#Duration", "P1Y", "no fixed length", "P30D"},
		{"#Duration", "P1M", "no fixed length", "PT30M"},
		{"#Duration", "PT1.5H", "holds a fraction", "PT90M"},
		{"#Duration", "P", "ends where a number is wanted", ""},
		{"#Duration", "PT", "ends where a number is wanted", ""},
		{"#Duration", "P1DT", "ends where a number is wanted", ""},
		{"#Duration", "PT5", "ends without a unit", ""},
		{"#Duration", "PT1M1H", "twice or out of order", ""},
		{"#Duration", "PT1H1H", "twice or out of order", ""},
		{"#Duration", "P1H", `has the unit "H"`, ""},
		{"#Duration", "PT1D", `has the unit "D"`, ""},
		{"#Duration", "PT1é", `has the unit "é"`, ""},
		{"#Duration", "Pé", `has "é" where a number`, ""},
		{"#Duration", "P1W1D", "mixes weeks", "as days"},
		{"#Duration", "P1WT1H", "mixes weeks", "as days"},
		{"#Duration", "3d", "does not begin with P", "write P3D"},
		{"#Duration", "90 min", "does not begin with P", "write PT90M"},
		{"#Duration", "", "does not begin with P", "PT4H"},
		{"#Duration", "PT999999999H", "longer than a century", ""},
		{"#Duration", "P999999999W", "longer than a century", ""},
		{"#Duration", "P36526D", "longer than a century", ""},
		{"#Duration", "PT9999999999S", "more than nine digits", ""},
		{"#DurationOrZero", "PT0S", "", ""},
		{"#DurationOrZero", "-PT1S", "is negative", "write PT1S"},
		{"#WindowLength", "P7D", "", ""},
		{"#WindowLength", "P7DT1S", "longer than 7 days", "P7D"},
		{"#WindowLength", "P2W", "longer than 7 days", ""},
		{"#WindowLength", "PT0S", "is zero", ""},
		{"#WindowLength", "-PT1H", "is negative", ""},
		{"#Offset", "P3D", "", ""},
		{"#Offset", "-P3D", "", ""},
		{"#Offset", "PT0S", "", ""},
		{"#Offset", "--P3D", "does not begin with P", ""},
		{"#Offset", "+P3D", "does not begin with P", ""},
		{"#Offset", "-P1M", "no fixed length", ""},
	} {
		problem, hint := checks[c.name](c.text)
		if (problem == "") != (c.problem == "") || !strings.Contains(problem, c.problem) || !strings.Contains(hint, c.hint) {
			t.Errorf("%s(%q) = %q, hint %q; want %q, hint %q", c.name, c.text, problem, hint, c.problem, c.hint)
		}
	}
}

func TestDurationOffsetsPointIntoTheText(t *testing.T) {
	for text, want := range map[string]int{"-PT1X": 4, "PT1X": 3, "x": 0, "PT1H1H": 4} {
		_, err := ParseOffset(text)
		if e, ok := errors.AsType[*Error](err); !ok || e.Offset != want {
			t.Errorf("ParseOffset(%q) = %#v, want offset %d", text, err, want)
		}
	}
}

func TestDurationsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := int64(MaxDuration / time.Second)
		d := time.Duration(rapid.Int64Range(-most, most).Draw(t, "seconds")) * time.Second
		if got, err := ParseOffset(FormatDuration(d)); err != nil || got != d {
			t.Fatalf("%v is written %s and read %v, %v", d, FormatDuration(d), got, err)
		}
	})
}

func FuzzDuration(f *testing.F) {
	for _, seed := range []string{"PT4H", "P1DT2H3M4S", "-P3D", "P2W", "PT1.5H", "P1Y", "PT999999999H", "3d"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseOffset(text)
		if err != nil {
			if e, ok := errors.AsType[*Error](err); !ok || e.Offset < 0 || e.Offset > len(text) || e.Problem == "" {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		if d > MaxDuration || d < -MaxDuration {
			t.Fatalf("%q is %v", text, d)
		}
		if again, err := ParseOffset(FormatDuration(d)); err != nil || again != d {
			t.Fatalf("%q is %v, written %s, read %v, %v", text, d, FormatDuration(d), again, err)
		}
	})
}
