package risk

import (
	"reflect"
	"testing"

	"github.com/patchops/patchops/internal/document"
	"pgregory.net/rapid"
)

func root(t testing.TB, src string) *document.Value {
	t.Helper()
	docs, found := document.ParseYAML("a.yaml", []byte(src))
	if len(found) > 0 || len(docs) != 1 {
		t.Fatalf("%d documents, %v", len(docs), found)
	}
	return &docs[0].Root
}

const policy = `spec:
  severity: {critical: 500, high: 300, medium: 200, low: 100, none: 5}
  exploited: 250
  likelihoodMax: 90
  exposure: {internal: 10, controlled: 50, public: 120}
  criticality: [140, 70]
  recurrence: {perIncident: 30, max: 80}
  stability: {max: 60}
`

func TestReadPolicy(t *testing.T) {
	want := Policy{
		Severity: [6]int{0, 5, 100, 200, 300, 500}, Exploited: 250, LikelihoodMax: 90, Internal: 10, Controlled: 50, Public: 120,
		Criticality: []int{140, 70}, PerIncident: 30, RecurrenceMax: 80, StabilityMax: 60,
	}
	if got := ReadPolicy(root(t, policy)); !reflect.DeepEqual(got, want) {
		t.Errorf("the policy is %+v, wanted %+v", got, want)
	}
	if got := ReadPolicy(nil); !reflect.DeepEqual(got, Default()) {
		t.Errorf("without a policy it is %+v", got)
	}
	if got := ReadPolicy(root(t, "spec: {exploited: 9999, likelihoodMax: -4}")); got.Exploited != 1000 || got.LikelihoodMax != 0 {
		t.Errorf("terms out of bounds are %d and %d", got.Exploited, got.LikelihoodMax)
	}
}

// TestTerms: each term by itself, rounded down, and the sum within its bounds.
func TestTerms(t *testing.T) {
	p := ReadPolicy(root(t, policy))
	none := Work{Severity: "none", Tier: -1}
	tests := []struct {
		name string
		work Work
		want Score
	}{
		{"nothing known", Work{Tier: -1}, Score{Total: 10, Exposure: 10}},
		{"no severity", none, Score{Total: 15, Severity: 5, Exposure: 10}},
		{"low", Work{Severity: "low", Tier: -1}, Score{Total: 110, Severity: 100, Exposure: 10}},
		{"medium", Work{Severity: "medium", Tier: -1}, Score{Total: 210, Severity: 200, Exposure: 10}},
		{"high", Work{Severity: "high", Tier: -1}, Score{Total: 310, Severity: 300, Exposure: 10}},
		{"critical", Work{Severity: "critical", Tier: -1}, Score{Total: 510, Severity: 500, Exposure: 10}},
		{"exploited", Work{Exploited: true, Tier: -1}, Score{Total: 260, Exploited: 250, Exposure: 10}},
		{"likely", Work{EPSS: 999, Tier: -1}, Score{Total: 99, Likelihood: 89, Exposure: 10}},
		{"certain", Work{EPSS: 1000, Tier: -1}, Score{Total: 100, Likelihood: 90, Exposure: 10}},
		{"hardly likely", Work{EPSS: 11, Tier: -1}, Score{Total: 10, Exposure: 10}},
		{"more than certain", Work{EPSS: 5000, Tier: -1}, Score{Total: 100, Likelihood: 90, Exposure: 10}},
		{"internal", Work{Exposure: "internal", Tier: -1}, Score{Total: 10, Exposure: 10}},
		{"controlled", Work{Exposure: "controlled", Tier: -1}, Score{Total: 50, Exposure: 50}},
		{"public", Work{Exposure: "public", Tier: -1}, Score{Total: 120, Exposure: 120}},
		{"tier 0", Work{}, Score{Total: 150, Exposure: 10, Criticality: 140}},
		{"tier 1", Work{Tier: 1}, Score{Total: 80, Exposure: 10, Criticality: 70}},
		{"a tier without an entry", Work{Tier: 2}, Score{Total: 10, Exposure: 10}},
		{"an incident", Work{Incidents: 1, Tier: -1}, Score{Total: 40, Exposure: 10, Recurrence: 30}},
		{"as many as count", Work{Incidents: 3, Tier: -1}, Score{Total: 90, Exposure: 10, Recurrence: 80}},
		{"more than anybody has", Work{Incidents: 1 << 60, Tier: -1}, Score{Total: 90, Exposure: 10, Recurrence: 80}},
		{"stable", Work{Severity: "high", Successes: 2, Attempts: 3, Tier: -1}, Score{Total: 270, Severity: 300, Exposure: 10, Stability: 40}},
		{"never below", Work{Successes: 3, Attempts: 3, Tier: -1}, Score{Total: 0, Exposure: 10, Stability: 60}},
		{
			"never above",
			Work{Severity: "critical", Exploited: true, EPSS: 1000, Exposure: "public", Incidents: 9},
			Score{Total: 1000, Severity: 500, Exploited: 250, Likelihood: 90, Exposure: 120, Criticality: 140, Recurrence: 80},
		},
	}
	for _, test := range tests {
		if got := p.Rate(test.work); got != test.want {
			t.Errorf("%s: %+v, wanted %+v", test.name, got, test.want)
		}
	}
}

func drawWork(t *rapid.T) Work {
	attempts := rapid.IntRange(0, 50).Draw(t, "attempts")
	return Work{
		Severity:  rapid.SampledFrom([]string{"", "none", "low", "medium", "high", "critical"}).Draw(t, "severity"),
		Exploited: rapid.Bool().Draw(t, "exploited"), EPSS: rapid.IntRange(0, 1000).Draw(t, "epss"),
		Exposure: rapid.SampledFrom([]string{"", "internal", "controlled", "public"}).Draw(t, "exposure"),
		Tier:     rapid.IntRange(-1, 9).Draw(t, "tier"), Incidents: rapid.IntRange(0, 20).Draw(t, "incidents"),
		Attempts: attempts, Successes: rapid.IntRange(0, attempts).Draw(t, "successes"),
	}
}

// TestScoreIsItsTerms: within bounds the score is the sum of what is shown, and it
// is never out of them.
func TestScoreIsItsTerms(t *testing.T) {
	p := Default()
	reached := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		s := p.Rate(drawWork(t))
		sum := 0
		for _, term := range s.Terms() {
			sum += term.Value
		}
		switch {
		case sum < 0:
			sum = 0
		case sum > Most:
			sum = Most
		default:
			reached["within"] = true
		}
		if s.Total != sum {
			t.Fatalf("the total is %d, its terms make %d: %+v", s.Total, sum, s)
		}
	})
	if !reached["within"] {
		t.Error("no score lay within the bounds")
	}
}

// TestWorseIsNeverLess: more of what makes a patch urgent never lowers its score,
// and somewhere it raises it.
func TestWorseIsNeverLess(t *testing.T) {
	p := Default()
	raised := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		w := drawWork(t)
		before := p.Rate(w).Total
		for name, worse := range map[string]Work{
			"epss":      with(w, func(w *Work) { w.EPSS = min(1000, w.EPSS+rapid.IntRange(1, 1000).Draw(t, "more")) }),
			"exploited": with(w, func(w *Work) { w.Exploited = true }),
			"public":    with(w, func(w *Work) { w.Exposure = "public" }),
			"critical":  with(w, func(w *Work) { w.Severity = "critical" }),
			"tier 0":    with(w, func(w *Work) { w.Tier = 0 }),
			"incidents": with(w, func(w *Work) { w.Incidents++ }),
			"untried":   with(w, func(w *Work) { w.Successes = 0 }),
		} {
			after := p.Rate(worse).Total
			if after < before {
				t.Fatalf("%s lowers the score from %d to %d", name, before, after)
			}
			raised[name] = raised[name] || after > before
		}
	})
	if len(raised) != 7 {
		t.Fatalf("only %v were tried", raised)
	}
	for name, once := range raised {
		if !once {
			t.Errorf("%s never raised a score", name)
		}
	}
}

func with(w Work, change func(*Work)) Work {
	change(&w)
	return w
}

func TestBase(t *testing.T) {
	tests := map[string]int{
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H":                               98,
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H":                               75,
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H":                               100,
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O":                      98,
		"CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N":                               0,
		"CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H":                               88,
		"AV:N/AC:L/Au:N/C:P/I:P/A:P":                                                 75,
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N":            93,
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U":        93,
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H":            100,
		"CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N":            10,
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N/CR:H/MVC:H": 0,
	}
	for vector, want := range tests {
		if got, err := Base(vector); err != nil || got != want {
			t.Errorf("%s scores %d (%v), wanted %d", vector, got, err, want)
		}
	}
	for _, vector := range []string{
		"", "CVSS:3.1", "CVSS:3.1/AV:N", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X", "CVSS:4.1/AV:N/AC:L",
		"CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N", "AV:N/AC:L",
	} {
		if score, err := Base(vector); err == nil {
			t.Errorf("%q scores %d, wanted an error", vector, score)
		}
	}
}

func TestRating(t *testing.T) {
	for tenths, want := range map[int]string{0: "none", 1: "low", 39: "low", 40: "medium", 69: "medium", 70: "high", 89: "high", 90: "critical", 100: "critical"} {
		if got := Rating(tenths); got != want {
			t.Errorf("%d is %s, wanted %s", tenths, got, want)
		}
	}
}

func TestWorst(t *testing.T) {
	vectors := []string{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "nonsense", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}
	if tenths, i := Worst(vectors); tenths != 98 || i != 2 {
		t.Errorf("the worst is %d at %d, wanted 98 at 2", tenths, i)
	}
	if _, i := Worst(vectors[1:2]); i != -1 {
		t.Errorf("nonsense is at %d, wanted -1", i)
	}
}
