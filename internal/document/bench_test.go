package document_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/patchops/patchops/internal/document"
)

const benchPlan = `apiVersion: patchops.dev/v1alpha1
kind: PatchPlan
metadata:
  name: plan-%[1]d
  client: client-%[2]d
  labels: {team: linux}
spec:
  changeType: normal
  patches:
    - openssl-3-0-%[1]d
    - nginx
  targets:
    selector:
      matchLabels: {env: prod, os: debian}
  deadline: 2026-03-21
  waves:
    - name: canary
      percent: 10
      soak: PT4H
    - name: half
      percent: 50
      gates: [{type: approval, group: approvers, count: 1}]
    - name: rest
      percent: 100
  reboot: ifRequired
  rollback: {auto: true, on: [install, postcheck]}
  impact: |
    Services restart, at most one at a time.
    Nothing else.
  backoutPlan: "downgrade, then %[1]d"
`

// estate is about what a provider with 500 clients declares: 10,000 documents.
func estate() (files [][]byte, size int64) {
	for i := range 10_000 {
		b := fmt.Appendf(nil, benchPlan, i, i%500)
		files, size = append(files, b), size+int64(len(b))
	}
	return files, size
}

func BenchmarkParseYAML(b *testing.B) {
	files, size := estate()
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, src := range files {
			if docs, fs := document.ParseYAML("f.yaml", src); len(docs) != 1 || len(fs) > 0 {
				b.Fatal(fs)
			}
		}
	}
}

// BenchmarkLibraryAlone is what the same files cost without us.
func BenchmarkLibraryAlone(b *testing.B) {
	files, size := estate()
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, src := range files {
			dec := yaml.NewDecoder(bytes.NewReader(src))
			for {
				var n yaml.Node
				if err := dec.Decode(&n); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

// BenchmarkWorst: R31 wants each below 250 ms.
func BenchmarkWorst(b *testing.B) {
	for name, src := range worst() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				document.ParseYAML("f.yaml", []byte(src))
			}
		})
	}
}

func BenchmarkParseCSV(b *testing.B) {
	src := []byte("name,os,tier,dependsOn,labels.team\n" + strings.Repeat("web-01,debian,1,db-01;db-02,linux\n", 20_000))
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		document.ParseRows("a.csv", src, columns, func(document.Value) {})
	}
}
