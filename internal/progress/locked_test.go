package progress

import (
	"os"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// TestFormatPage: the example of docs/formats/schedule.md is what is written.
func TestFormatPage(t *testing.T) {
	at := func(text string) int64 { return clock(t, text) }
	place := Place{
		Wave: "canary", Window: "nightly", Occurrence: at("2026-06-15T01:00:00Z"), Start: at("2026-06-15T01:00:00Z"), End: at("2026-06-15T01:40:00Z"),
		Due: at("2026-06-21T08:00:00Z"), Patches: []string{"openssl-3-0-15"},
	}
	l := &Locked{
		AsOf: at("2026-06-10T08:00:00Z"), Engine: "e", Tzdata: "2026a", Waves: []string{"canary", "rest"},
		Placements: map[string]Place{"web-01": place, "web-02": place},
		Unplaced:   map[string]rollout.Code{"db-01": rollout.WindowTooShort}, Stray: map[string]string{"db-01": "rest"},
		Notices: []rollout.Notice{{
			Contact: "ops", Channels: []string{"email"}, Phone: "+49 30 1", Window: "nightly", Occurrence: place.Occurrence, Assets: 2, SendBy: at("2026-06-12T01:00:00Z"),
		}},
	}
	move := resultlog.Move{Code: "FREEZE", From: "2026-06-11T01:00:00Z", To: "2026-06-15T01:00:00Z"}
	first, second := move, move
	first.Asset, second.Asset = "web-01", "web-02"
	blob, err := encodeLocked("acme", "openssl", l, []resultlog.Move{first, second})
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/formats/schedule.md")
	if err != nil || !strings.Contains(string(page), "```json\n"+string(blob)+"\n```") {
		t.Errorf("the page does not show\n%s", blob)
	}
	if _, err := decodeLocked(blob); err != nil {
		t.Error(err)
	}
}

// FuzzDecodeLocked: any bytes are refused or give a schedule that encodes to them.
func FuzzDecodeLocked(f *testing.F) {
	f.Add([]byte(`{"asOf":"2026-06-10T08:00:00Z","client":"a","moves":[],"notices":[],"placements":[{"assets":["x"],"end":"2026-06-15T01:40:00Z","patches":[],"start":"2026-06-15T01:00:00Z","wave":"w"}],"plan":"p","unplaced":[],"v":1,"waves":["w"]}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := decodeLocked(data)
		if err == nil && (l == nil || l.Placements == nil || l.Unplaced == nil || l.Stray == nil) {
			t.Errorf("%q gives %+v", data, l)
		}
	})
}
