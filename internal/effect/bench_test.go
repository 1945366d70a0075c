package effect

import (
	"fmt"
	"strings"
	"testing"
)

// estateOf is clients with so many assets each, in one plan over all of them.
func estateOf(clients, assets int) repo {
	r := small()
	for c := range clients {
		name := fmt.Sprintf("c%03d", c)
		var b strings.Builder
		b.WriteString("name,os,env,class,profile,address,haGroup\n")
		for a := range assets {
			fmt.Fprintf(&b, "host-%04d,debian,prod,server,apt,10.0.%d.%d,ha-%d\n", a, a/250, a%250, a/2)
		}
		r["clients/"+name+"/hosts.csv"] = b.String()
		r.add("clients/"+name+"/all.yaml", strings.ReplaceAll(strings.TrimPrefix(small()["clients/birch/all.yaml"], header), "birch", name))
	}
	r["plans/openssl.yaml"] = strings.Replace(r["plans/openssl.yaml"], "clients: [acme, birch]", "clientSelector: {matchExpressions: [{key: status, operator: In, values: [active]}]}", 1)
	return r
}

// BenchmarkBetween is the effect of one change over 100,000 assets at 500
// clients: of one client's window of its own, and of everybody's freeze.
func BenchmarkBetween(b *testing.B) {
	r := estateOf(500, 200)
	for _, change := range []struct{ name, file, old, after string }{
		{"one client", "clients/c007/all.yaml", "P1D", "P2D"},
		{"one asset", "clients/c007/hosts.csv", "10.0.0.7", "10.0.9.9"},
		{"every client", "rules/freeze.yaml", "2026-04-05", "2026-04-06"},
		{"a plan over all", "plans/openssl.yaml", "never", "always"},
	} {
		b.Run(change.name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				before, after := r.tree(b), r.with(b, change.file, change.old, change.after).tree(b)
				b.StartTimer()
				e := Between(before, after)
				b.ReportMetric(float64(len(e.Grants)), "grants")
				e.Digest()
			}
		})
	}
}
