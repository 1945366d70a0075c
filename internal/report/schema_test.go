package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/patchops/patchops/internal/finding"
)

const (
	sarifSchemaFile = "testdata/schemas/sarif-2.1.0-rtm.5.json"
	junitSchemaFile = "testdata/schemas/jenkins-junit.xsd"
)

// samples are checks that use every part of a format.
func samples() map[string]Check {
	nasty := Check{AsOf: "2026-03-12T09:00:00Z", Version: "0.1.0\x00"}
	for i, s := range hostile {
		nasty.Findings = append(nasty.Findings, finding.Finding{
			ID: "schema/type", Severity: finding.Error, Message: s, Hint: s, Path: s,
			Document: finding.Identity{Kind: s, Client: s, Name: s},
			Position: finding.Position{File: "f" + s, Line: i, Column: i},
			Related:  []finding.Related{{Position: finding.Position{File: s}, Message: s}},
		})
		nasty.Metadata = append(nasty.Metadata, RuleInfo{ID: s, Title: s, Description: s, Controls: []string{s, s}})
	}
	cut := sample()
	cut.Findings = many(10_050)
	return map[string]Check{"sample": sample(), "clean": {AsOf: "2026-03-12T09:00:00Z"}, "hostile": nasty, "cut": cut}
}

func TestSARIFIsValidByItsSchema(t *testing.T) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile(sarifSchemaFile)
	if err != nil {
		t.Fatal(err)
	}
	for name, check := range samples() {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(printed(t, "sarif", check, Options{})))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The test can fail: a misspelt level is refused.
	bad := bytes.Replace(printed(t, "sarif", sample(), Options{}), []byte(`"level": "error"`), []byte(`"level": "fatal"`), 1)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(bad))
	if err != nil {
		t.Fatal(err)
	}
	if schema.Validate(value) == nil {
		t.Error("the schema takes level fatal")
	}
}

// xmllint judges by the schema itself. Where it is not installed, the element
// and attribute names the schema allows are checked in Go, and the test says so;
// CI installs it, and there its absence fails.
func TestJUnitIsValidByItsSchema(t *testing.T) {
	xmllint, err := exec.LookPath("xmllint")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal("xmllint is missing: install libxml2-utils")
	}
	if err != nil {
		t.Log("xmllint (libxml2-utils) is not installed: only the structure is checked")
	}
	for name, check := range samples() {
		out := printed(t, "junit", check, Options{})
		if err := junitStructure(out); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if xmllint == "" {
			continue
		}
		if message, err := lint(t, xmllint, out); err != nil {
			t.Errorf("%s: %v\n%s", name, err, message)
		}
	}
	bad := bytes.Replace(printed(t, "junit", sample(), Options{}), []byte("<failure"), []byte("<failed"), 1)
	bad = bytes.Replace(bad, []byte("</failure"), []byte("</failed"), 1)
	if junitStructure(bad) == nil {
		t.Error("the structure check takes an unknown element")
	}
	if xmllint != "" {
		if _, err := lint(t, xmllint, bad); err == nil {
			t.Error("the schema takes an unknown element")
		}
	}
}

func lint(t *testing.T, xmllint string, out []byte) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "junit.xml")
	if err := os.WriteFile(file, out, 0o644); err != nil {
		t.Fatal(err)
	}
	message, err := exec.Command(xmllint, "--nonet", "--noout", "--schema", junitSchemaFile, file).CombinedOutput()
	return string(message), err
}

// junitGrammar is what the schema allows of what we use: attributes, and
// children in their order.
func junitGrammar() map[string]struct{ attributes, children []string } {
	return map[string]struct{ attributes, children []string }{
		"testsuites": {nil, []string{"testsuite"}},
		"testsuite": {
			[]string{"name", "tests", "failures", "errors", "time", "disabled", "skipped", "timestamp", "hostname", "id", "package"},
			[]string{"properties", "testcase", "system-out", "system-err"},
		},
		"properties": {nil, []string{"property"}}, "property": {[]string{"name", "value"}, nil},
		"testcase": {[]string{"name", "assertions", "time", "classname", "status"}, []string{"skipped", "error", "failure", "system-out", "system-err"}},
		"failure":  {[]string{"type", "message"}, nil}, "skipped": {}, "system-out": {}, "system-err": {},
	}
}

func junitStructure(out []byte) error {
	d := xml.NewDecoder(bytes.NewReader(out))
	var open []string
	last := []int{0} // how far in its parent's order the children of each open element are
	for {
		token, err := d.Token()
		if token == nil {
			if err != nil && err.Error() != "EOF" {
				return err
			}
			return nil
		}
		switch e := token.(type) {
		case xml.StartElement:
			rule, ok := junitGrammar()[e.Name.Local]
			if !ok {
				return fmt.Errorf("element %s", e.Name.Local)
			}
			for _, a := range e.Attr {
				if !slices.Contains(rule.attributes, a.Name.Local) {
					return fmt.Errorf("attribute %s of %s", a.Name.Local, e.Name.Local)
				}
			}
			if len(open) > 0 {
				at := slices.Index(junitGrammar()[open[len(open)-1]].children, e.Name.Local)
				if at < last[len(last)-1] {
					return fmt.Errorf("%s in %s", e.Name.Local, strings.Join(open, "/"))
				}
				last[len(last)-1] = at
			}
			open, last = append(open, e.Name.Local), append(last, 0)
		case xml.EndElement:
			open, last = open[:len(open)-1], last[:len(last)-1]
		}
	}
}
