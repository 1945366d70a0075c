package schemas_test

import (
	"slices"
	"strings"
	"testing"
)

// What the patterns and bounds of scalars take and refuse. A real date, a known
// zone, a duration that is not zero are beyond them: those are checks in Go.
var scalars = []struct {
	definition string
	good, bad  []any
}{
	{"#Name", []any{"a", "openssl-2026-03", strings.Repeat("a", 63)}, []any{"", "-a", "a-", "A", "a.b", "a_b", "ä", strings.Repeat("a", 64), "a\n", 1}},
	{"#APIVersion", []any{"patchops.dev/v1alpha1"}, []any{"patchops.dev/v1", "v1", ""}},
	{"#DocumentID", []any{"PatchPlan/acme/x", "Freeze/_/q1"}, []any{"PatchPlan/x", "/acme/x", "PatchPlan//x", "PatchPlan/acme/", "patchPlan/acme/x"}},
	{"#LabelKey", []any{"team", "example.org/team", "a"}, []any{"", "-a", "a b", "ä", "a/"}},
	{"#LabelValue", []any{"", "Linux & co"}, []any{"a\nb", 1, true}},
	{"#Instant", []any{"2026-03-12T09:00:00Z", "2026-03-12T09:00:00.123456789+05:45"}, []any{
		"2026-03-12", "2026-03-12T09:00:00", "2026-03-12 09:00:00Z", "2026-13-12T09:00:00Z", "2026-03-12T24:00:00Z", "2026-03-12T09:00Z", "2026-03-12T09:00:00z", "2026-03-12T09:00:00+24:00",
	}},
	{"#Date", []any{"2026-03-29", "2024-02-29"}, []any{"2026-3-29", "2026-00-01", "2026-01-32", "29.03.2026", "2026-03-29Z", 20260329}},
	{"#DateOrInstant", []any{"2026-03-29", "2026-03-29T00:00:00Z"}, []any{"2026-03-29T", "2026-03-29T00:00", "2026-03-29T00:00:00", "tomorrow"}},
	{"#LocalTime", []any{"2026-03-08T02:30", "2026-03-08T02:30:15"}, []any{"2026-03-08T02:30Z", "2026-03-08", "2026-03-08T24:00", "2026-03-08T02:60"}},
	{"#DateOrLocalTime", []any{"2026-03-08", "2026-03-08T02:30"}, []any{"2026-03-08T02:30:00Z", "2026-03"}},
	{"#TimeOfDay", []any{"00:00", "23:59"}, []any{"24:00", "8:00", "08:60", "08:00:00"}},
	{"#Clock", []any{"00:00", "23:59", "24:00"}, []any{"24:01", "25:00", "4:00", ""}},
	{"#Duration", []any{"PT4H", "P3D", "P2W", "PT1H30M", "P1DT12H", "PT90S", "PT1H5S"}, []any{
		"P", "PT", "P1DT", "P1Y", "P1M", "4h", "-PT1H", "P1W1D", "PT1.5H", "pt4h", "P1D12H", "PT5M1H", "PT99999999999H",
	}},
	{"#DurationOrZero", []any{"PT0S", "P0D", "P3D"}, []any{"0", "P", "PT", "-P1D"}},
	{"#Offset", []any{"P3D", "-PT12H", "PT0S"}, []any{"+P3D", "--P3D", "-P", "P1M", "-P1Y"}},
	{"#Zone", []any{"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"}, []any{"", "EST5EDT", "Local", "Berlin", "client", "/Berlin", "Europe/", "../etc/passwd", "Europe/ Berlin"}},
	{"#WindowZone", []any{"client", "UTC", "Europe/Berlin"}, []any{"", "Client", "Local"}},
	{"#Period", []any{"2026", "2026-Q1", "2026-12"}, []any{"2026-Q5", "2026-13", "Q1", "2026-1", 2026}},
	{"#Cycle", []any{"2026-12"}, []any{"2026", "2026-00", "2026-Q1"}},
	{"#Version", []any{"1.10", "3.0.15-1~deb12u1", "1:12.2", "10.0.19045^1", "15.2(4)M6"}, []any{"", "1 0", "-1", 1, "1;2"}},
	{"#PackageName", []any{"libstdc++6", "Microsoft.Edge", "@scope/name", "Mozilla Firefox (x64 de)"}, []any{"", "-rf", " a", "a;b", "a\nb"}},
	{"#Phone", []any{"+493012345678"}, []any{"030 1234", "493012345678", "+0123456", "+49 30 1234", "+1234", "+1234567890123456"}},
	{"#Email", []any{"a@b.example", "on.call+x@sub.acme.example"}, []any{"a", "a@b", "a b@c.de", "a@b..c", "a@b.c\n", "<a@b.c>"}},
	{"#Currency", []any{"EUR"}, []any{"eur", "EURO", "€"}},
	{"#Money", []any{0, 12000}, []any{-1, "1", 1000000000001}},
	{"#Percent", []any{1, 100}, []any{0, 101, "10%"}},
	{"#CountOrPercent", []any{1, "1%", "20%", "100%"}, []any{0, -1, "0%", "101%", "20", "20 %", "020%", "2.5%"}},
	{"#CountOrPercentOrZero", []any{0, 3, "0%", "100%"}, []any{-1, "101%", "00%"}},
	{"#Tier", []any{0, 9}, []any{-1, 10, "0"}},
	{"#Risk", []any{0, 1000}, []any{-1, 1001}},
	{"#Port", []any{1, 65535}, []any{0, 65536}},
	{"#CVE", []any{"CVE-2026-0001", "CVE-2026-1234567"}, []any{"CVE-2026-1", "cve-2026-0001", "2026-0001"}},
	{"#CVSSVector", []any{"CVSS:3.1/AV:N/AC:L", "CVSS:4.0/AV:N/AC:L", "AV:N/AC:L/Au:N"}, []any{"9.8", "CVSS:3.1", "CVSS:2.0/AV:N/AC:L"}},
	{"#Digest", []any{"sha256:" + strings.Repeat("0a", 32)}, []any{strings.Repeat("0a", 32), "sha256:" + strings.Repeat("0A", 32), "md5:00"}},
	{"#Commit", []any{strings.Repeat("0a", 20), strings.Repeat("0a", 32)}, []any{"0a0a0a0", "HEAD", strings.Repeat("0a", 21)}},
	{"#Address", []any{"web-01.acme.example", "10.0.0.1", "2001:db8::1", "::1"}, []any{"-oProxyCommand=x", "a b", "root@web", "", "a/b"}},
	{"#URL", []any{"https://a.example", "http://{address}:8080/health?x=1"}, []any{"ftp://a", "https://user:secret@a.example/", "https://", "https://a b", "javascript:x"}},
	{"#Path", []any{"a", "catalog/de 2026.ics", "_x/y+z@1.csv"}, []any{"/etc/passwd", "../x", "a/../b", "a//b", "a/", ".git/config", "-x", "a\\b", ""}},
	{"#AssetRef", []any{"web-01", "WEB01.acme", "acme/web-01"}, []any{"a/b/c", "/web", "acme/", "-web", "ACME/web"}},
	{"#AssetName", []any{"web-01", "A", "srv_1.acme.example"}, []any{"acme/web", "_web", "", strings.Repeat("a", 254)}},
	{"#FindingID", []any{"plan/waves-increase", "ha/membership"}, []any{"plan", "plan/", "Plan/x", "plan/x_y", "plan/x/y", "plan/-x"}},
	{"#PublicKey", []any{"ssh-ed25519 " + strings.Repeat("A", 68) + " ada", "sk-ssh-ed25519@openssh.com " + strings.Repeat("A", 68), "ssh-rsa " + strings.Repeat("A", 300) + "=="}, []any{
		"ssh-dss " + strings.Repeat("A", 68), "AAAA", "ssh-ed25519 short", "command=\"x\" ssh-ed25519 " + strings.Repeat("A", 68),
	}},
	{"#Text", []any{"x", "a\nb", " é "}, []any{"", " ", "\n\t"}},
	{"#Line", []any{"x", "ACME GmbH"}, []any{"", " ", "a\nb", "a\rb"}},
}

func TestScalars(t *testing.T) {
	s := load(t)
	for _, c := range scalars {
		for _, v := range c.good {
			if err := s.judge(c.definition, v); err != nil {
				t.Errorf("%s refuses %q: %v", c.definition, v, err)
			}
		}
		for _, v := range slices.Concat(c.bad, []any{nil, 1.5, []any{}, map[string]any{}}) {
			if s.judge(c.definition, v) == nil {
				t.Errorf("%s takes %q", c.definition, v)
			}
		}
	}
}
