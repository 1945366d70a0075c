package audit

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/resultlog"
)

// TestNoStartWithoutItsVendor: while an installation may last, some vendor of the host's
// applications answers, by the documents of the claim's time.
func TestNoStartWithoutItsVendor(t *testing.T) {
	b := newBench(t)
	bare := b.commits["genesis"].With(t, "clients/acme/assets.yaml", "owner: engineers", "owner: engineers\n    applications: [shop]")
	start := time.Unix(b.place.Start, 0).UTC()
	day := strings.ToUpper(start.Weekday().String()[:2])
	vendor := func(name string, from, to time.Duration) string {
		at := func(d time.Duration) string { return start.Add(d).Format("15:04") }
		return fmt.Sprintf("apiVersion: patchops.dev/v1alpha1\nkind: VendorSupport\nmetadata: {name: %s}\nspec: {applications: [shop], timezone: Etc/UTC, hours: [{days: [%s], from: %q, to: %q}]}\n", name, day, at(from), at(to))
	}
	answering := func(documents ...string) {
		b.commits["genesis"] = bare.With(t, "rules/vendors.yaml", "", strings.Join(documents, "---\n"))
	}
	answering(vendor("one", 0, time.Minute))
	b.expect("it answers just as long as the installation may last", b.story(), "")
	answering(vendor("one", time.Minute, 2*time.Minute))
	b.expect("it answers later", b.story(), "VENDOR_SUPPORT VendorSupport/_/one")
	records := b.story()
	records[3].Segment = "reboot"
	b.expect("what follows a session that had begun", records, "")
	longer := func() []resultlog.Record {
		out := b.story()
		out[3].Worst = 120
		return out
	}
	answering(vendor("one", -time.Minute, time.Minute), vendor("two", time.Minute, 5*time.Minute))
	b.expect("one after the other", longer(), "")
	answering(vendor("one", -time.Minute, time.Minute), vendor("two", 2*time.Minute, 5*time.Minute))
	b.expect("nobody in between", longer(), "VENDOR_SUPPORT VendorSupport/_/one")
	b.commits["served"] = bare
	records = b.story()
	records = append(records[:3:3], b.moves("genesis", "served", b.place.Start-5), records[3])
	b.expect("the hours went as it was decided on", records, "")
}
