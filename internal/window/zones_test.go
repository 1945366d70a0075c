package window

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"
)

// A new database needs a new Version, and the other way round.
func TestVersionNamesTheDatabase(t *testing.T) {
	const digests = "2025c 8f55634d05f8bca1f7bc7c69c5933428c69357e0bdf565e5ba224e3f88ff12e8"
	sum := sha256.Sum256(zoneinfo)
	if got := Version + " " + hex.EncodeToString(sum[:]); got != digests {
		t.Errorf("zoneinfo.zip is %s, the test knows %s", got, digests)
	}
}

// Each release is known by what it changed.
func TestDatabaseHasRecentChanges(t *testing.T) {
	for _, c := range []struct {
		release, zone string
		at            time.Time
		offset        int
	}{
		{"2024b: Mexico's zones before 1970 aside, Kazakhstan on +05", "Asia/Almaty", time.Date(2024, 3, 2, 0, 0, 0, 0, time.UTC), 5 * 3600},
		{"2025a: Paraguay stays on -03", "America/Asuncion", time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC), -3 * 3600},
		{"2025b: Aysén leaves Santiago's time", "America/Coyhaique", time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC), -3 * 3600},
		{"2025c: Baja California's summers of 1961 to 1975", "America/Tijuana", time.Date(1970, 7, 1, 0, 0, 0, 0, time.UTC), -7 * 3600},
	} {
		loc, err := Zone(c.zone)
		if err != nil {
			t.Errorf("%s: %v", c.release, err)
			continue
		}
		if got := offsetAt(c.at.Unix(), loc); got != c.offset {
			t.Errorf("%s: offset %d, want %d", c.release, got, c.offset)
		}
	}
}

func TestEveryZoneLoads(t *testing.T) {
	names := ZoneNames()
	if len(names) < 400 {
		t.Fatalf("%d zones", len(names))
	}
	for _, name := range names {
		loc, err := Zone(name)
		if err != nil || loc.String() != name {
			t.Errorf("Zone(%q) = %v, %v", name, loc, err)
		}
		if name != "UTC" && !strings.Contains(name, "/") {
			t.Errorf("%q has no slash", name)
		}
	}
}

// W11: never UTC or "go" in place of an error.
func TestW11ZoneRefuses(t *testing.T) {
	for name, hint := range map[string]string{
		"Europe/Berln":      `write "Europe/Berlin"`,
		"europe/berlin":     `write "Europe/Berlin"`,
		"Berlin":            `write "Europe/Berlin"`,
		"America/New York":  `write "America/New_York"`,
		"EST5EDT":           `write "America/New_York"`,
		"CET":               `write "Europe/Berlin"`,
		"GMT":               `write "UTC"`,
		"utc":               `write "UTC"`,
		"EST5":              `name the place, such as "Europe/Berlin"`,
		"Local":             `name the place, such as "Europe/Berlin"`,
		"":                  `name the place, such as "Europe/Berlin"`,
		"+02:00":            `name the place, such as "Europe/Berlin"`,
		"../Europe/Berlin":  "",
		"Europe/":           "",
		"Europe/Berlin\x00": "",
	} {
		_, err := Zone(name)
		problem, got := explain(err)
		if problem == "" || !strings.Contains(problem, "unknown time zone") {
			t.Errorf("Zone(%q) was not refused: %v", name, err)
		}
		if hint != "" && got != hint {
			t.Errorf("Zone(%q) hints %q, want %q", name, got, hint)
		}
	}
}
