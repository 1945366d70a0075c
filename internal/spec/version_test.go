package spec

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The vectors are those of the algorithms' own tests (dpkg t-version.c and
// deb-version(7); rpm tests/rpmvercmp.at), newer > older, equal = equal.
var order = map[Scheme]string{
	Deb: `
		0:0 = 0   0:0-0 = 0-0   0:00 = 0   1:2-3 > 2-3   0:1 > 0:0   1:0 > 0:9999   10:1 > 9:1
		1.2 = 1.2   1.10 > 1.9   1.2-1 > 1.2   1.2-0 = 1.2   1.2-10 > 1.2-9   1.02 = 1.2
		1.0 > 1.0~rc1   1.0~rc1 > 1.0~beta1   1.0~rc1-1 > 1.0~beta1-1   1.0~~ > 1.0~~~   1.0~ > 1.0~~   1.0~~a > 1.0~~   1.0 > 1.0~   1.0a > 1.0
		0a > 0   0.a > 0a   0+a > 0a   0:0-0-0 > 0-0   0:1-1-1 > 1-1
		1.0-1 > 1.0~rc1-1   2.7.2-linux-1 = 2.7.2-linux-1   1:1.25-4 > 1.25-8   1.18.36 > 1.18.35.0   1.3.1a > 1.3.1
		3.0.15-1~deb12u1 > 3.0.14-1~deb12u2   3.0.14-1~deb12u2 > 3.0.14-1~deb12u1   3.0.14-1 > 3.0.14-1~deb12u1   1:9.2p1-2+deb12u3 > 1:9.2p1-2
		99999999999999999999999 > 99999999999999999999998`,
	RPM: `
		1.0 = 1.0   2.0 > 1.0   2.0.1 > 2.0   2.0.1a > 2.0.1   5.5p1 = 5.5p1   5.5p2 > 5.5p1   5.5p10 > 5.5p1
		10xyz < 10.1xyz   xyz10 = xyz10   xyz10.1 > xyz10   xyz.4 = xyz.4   8 > xyz.4   2 > xyz.4
		5.5p2 < 5.6p1   5.6p1 > 5.5p2   6.0.rc1 > 6.0   6.0 < 6.0.rc1   10b2 > 10a1   10a2 < 10b2
		1.0aa > 1.0a   1.0aa = 1.0aa   10.0001 = 10.1   10.0001 < 10.0039   4.999.9 < 5.0   20101122 > 20101121
		2_0 = 2.0   2.0 = 2_0   a = a   a+ = a_   +a = _a   1.0~rc1 = 1.0~rc1   1.0 > 1.0~rc1   1.0~rc2 > 1.0~rc1
		1.0~rc1~git123 < 1.0~rc1   1.0^ = 1.0^   1.0^ > 1.0   1.0^git1 > 1.0   1.0^git1 < 1.0^git2   1.0^git1 < 1.01
		1.0^20160101 > 1.0   1.0^20160101 < 1.0.1   1.0^20160102 > 1.0^20160101^git1
		1.0~rc1^git1 > 1.0~rc1   1.0^git1~pre < 1.0^git1   1.0^git1 > 1.0^git1~pre   1b.fc17 = 1b.fc17   1b.fc17 < 1.fc17   1g.fc17 > 1.fc17 
		1:1.0-1 > 2.0-1   0:1.0-1 = 1.0-1   1.0-2.el9 > 1.0-1.el9   1.0-1.el9_2 > 1.0-1.el9   1.0-5 = 1.0`,
	Dotted: `
		1.0 = 1.0   1.0 = 1   1.0.0 = 1   1.10 > 1.9   10.0.19045.2006 > 10.0.19045.1999   01.2 = 1.2   2 > 1.999.999
		1.0.0.1 > 1   99999999999999999999999 > 99999999999999999999998`,
	Exact: `a = a   1.0 = 1.0`,
}

func TestCompareVersions(t *testing.T) {
	wants := map[string]int{"<": -1, "=": 0, ">": 1}
	for scheme, table := range order {
		words := strings.Fields(table)
		for i := 0; i+2 < len(words); i += 3 {
			a, want, b := words[i], wants[words[i+1]], words[i+2]
			if got, err := Compare(scheme, a, b); err != nil || got != want {
				t.Errorf("%s: %s %s %s, got %d, %v", scheme, a, words[i+1], b, got, err)
			}
			if got, err := Compare(scheme, b, a); err != nil || got != -want {
				t.Errorf("%s: %s against %s is %d, %v", scheme, b, a, got, err)
			}
		}
	}
}

func TestCheckVersion(t *testing.T) {
	for _, c := range []struct {
		scheme  Scheme
		version string
		problem string
	}{
		{Deb, "1:2.3-4", ""},
		{Deb, "", "not written"},
		{Deb, "a:1", "not written"},
		{Deb, "1:", "not written"},
		{Deb, "-1", "not written"},
		{Deb, "1_2", `holds "_"`},
		{Deb, "1 2", `holds " "`},
		{RPM, "1.0^git1-2.el9_2", ""},
		{RPM, "1/2", `holds "/"`},
		{Dotted, "10.0.1", ""},
		{Dotted, "v1.2", "not numbers with dots"},
		{Dotted, "1..2", "not numbers"},
		{Dotted, "1.2-rc1", "not numbers"},
		{Dotted, "", "not numbers"},
		{Exact, "anything at all", ""},
		{Exact, "", "is empty"},
		{"semver", "1.0", "unknown version scheme"},
	} {
		err := CheckVersion(c.scheme, c.version)
		if (err == nil) != (c.problem == "") || err != nil && !strings.Contains(err.Error(), c.problem) {
			t.Errorf("CheckVersion(%q, %q) = %v, want %q", c.scheme, c.version, err, c.problem)
		}
	}
}

func TestSatisfies(t *testing.T) {
	for _, c := range []struct {
		scheme     Scheme
		have, want string
		ok, fails  bool
	}{
		{Deb, "3.0.15-1", "3.0.14-1~deb12u1", true, false},
		{Deb, "3.0.13", "3.0.14", false, false},
		{Exact, "b", "b", true, false},
		{Exact, "b", "a", false, false},
		{Dotted, "x", "1", false, true},
	} {
		if ok, err := Satisfies(c.scheme, c.have, c.want); ok != c.ok || (err != nil) != c.fails {
			t.Errorf("Satisfies(%q, %q, %q) = %v, %v", c.scheme, c.have, c.want, ok, err)
		}
	}
	if _, err := Compare(Exact, "a", "b"); err == nil {
		t.Error("exact versions have an order")
	}
	for manager, want := range map[string]Scheme{"apt": Deb, "dnf": RPM, "winget": Dotted, "pip": Exact, "": Exact} {
		if got := DefaultScheme(manager); got != want {
			t.Errorf("%s: %s", manager, got)
		}
	}
}

// A total order: antisymmetric and transitive.
func TestVersionsAreOrdered(t *testing.T) {
	generators := map[Scheme]*rapid.Generator[string]{
		Deb:    rapid.StringMatching(`([01]:)?[0-2a~.+]{1,5}(-[01~a]{1,2})?`),
		RPM:    rapid.StringMatching(`([01]:)?[0-2a~^._]{1,5}-[01~a]{1,2}`),
		Dotted: rapid.StringMatching(`[0-2]{1,2}(\.[0-2]{1,2}){0,3}`),
	}
	rapid.Check(t, func(t *rapid.T) {
		scheme := rapid.SampledFrom([]Scheme{Deb, RPM, Dotted}).Draw(t, "scheme")
		v := rapid.SliceOfN(generators[scheme], 3, 3).Draw(t, "versions")
		compare := func(i, j int) int {
			c, err := Compare(scheme, v[i], v[j])
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		if compare(0, 0) != 0 || compare(0, 1) != -compare(1, 0) {
			t.Fatalf("%s: %q is not ordered", scheme, v)
		}
		if compare(0, 1) <= 0 && compare(1, 2) <= 0 && compare(0, 2) > 0 {
			t.Fatalf("%s: %q is not transitive", scheme, v)
		}
	})
}

func FuzzCompare(f *testing.F) {
	f.Add("deb", "1:2.3-4~a", "2.3")
	f.Add("rpm", "1.0^git1", "1.0~rc1-2")
	f.Add("dotted", "1.2", "01.2.0")
	f.Fuzz(func(t *testing.T, scheme, a, b string) {
		ab, err := Compare(Scheme(scheme), a, b)
		ba, err2 := Compare(Scheme(scheme), b, a)
		if (err == nil) != (err2 == nil) || ab != -ba {
			t.Fatalf("%s %q %q: %d %v, %d %v", scheme, a, b, ab, err, ba, err2)
		}
	})
}
