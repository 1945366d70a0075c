package window

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/patchops/patchops/internal/finding"
)

// Version is the release of the IANA time zone database that is built in. Every
// answer about time depends on it, so schedules and records carry it.
const Version = "2025c"

//go:embed zoneinfo.zip
var zoneinfo []byte

// zones is the database's table of contents; a zone is decoded when it is first
// asked for.
var zones = sync.OnceValue(readZones)

type zoneTable struct {
	names []string // sorted
	load  map[string]func() (*time.Location, error)
}

// Zone returns the zone of an IANA name: one that holds "/", or UTC. Everything
// else is refused, also names that other systems read ("Local", "EST5EDT", ""),
// because they mean another place, or none, on another machine.
func Zone(name string) (*time.Location, error) {
	if name == "UTC" {
		return time.UTC, nil
	}
	load, ok := zones().load[name]
	if !ok {
		return nil, unknownZone(name)
	}
	return load()
}

// ZoneNames returns the names that Zone accepts, sorted.
func ZoneNames() []string { return slices.Clone(zones().names) }

func readZones() zoneTable {
	t := zoneTable{names: []string{"UTC"}, load: map[string]func() (*time.Location, error){}}
	archive, err := zip.NewReader(bytes.NewReader(zoneinfo), int64(len(zoneinfo)))
	if err != nil {
		panic(err) // the archive is built in; a test reads all of it
	}
	for _, f := range archive.File {
		if !strings.Contains(f.Name, "/") || strings.HasSuffix(f.Name, "/") {
			continue
		}
		t.names = append(t.names, f.Name)
		t.load[f.Name] = sync.OnceValues(func() (*time.Location, error) { return readZone(f) })
	}
	slices.Sort(t.names)
	return t
}

func readZone(f *zip.File) (*time.Location, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("zone %s: %w", f.Name, err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("zone %s: %w", f.Name, err)
	}
	return time.LoadLocationFromTZData(f.Name, data)
}

// legacyZones are names without a place that people know from elsewhere.
var legacyZones = map[string]string{
	"EST": "America/New_York", "EDT": "America/New_York", "EST5EDT": "America/New_York", "ET": "America/New_York",
	"CST6CDT": "America/Chicago", "CDT": "America/Chicago",
	"MST7MDT": "America/Denver", "MDT": "America/Denver",
	"PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "PST8PDT": "America/Los_Angeles",
	"MEZ": "Europe/Berlin", "CET": "Europe/Berlin", "CEST": "Europe/Berlin",
	"BST": "Europe/London", "EET": "Europe/Helsinki", "WET": "Europe/Lisbon",
	"JST": "Asia/Tokyo", "UTC": "UTC", "GMT": "UTC", "Z": "UTC", "ZULU": "UTC", "UCT": "UTC",
}

func unknownZone(name string) error {
	e := &Error{Problem: fmt.Sprintf("unknown time zone %q, want an IANA name with a %q or %q", name, "/", "UTC")}
	if near := nearestZone(name); near != "" {
		e.Hint = fmt.Sprintf("write %q", near)
	} else {
		e.Hint = fmt.Sprintf("name the place, such as %q", "Europe/Berlin")
	}
	return e
}

func nearestZone(name string) string {
	if name == "" {
		return ""
	}
	if zone := legacyZones[strings.ToUpper(name)]; zone != "" {
		return zone
	}
	spaced := strings.ReplaceAll(name, " ", "_")
	for _, known := range zones().names {
		_, city, _ := strings.Cut(known, "/")
		if strings.EqualFold(known, spaced) || strings.EqualFold(city, spaced) {
			return known
		}
	}
	return finding.Nearest(name, zones().names)
}
