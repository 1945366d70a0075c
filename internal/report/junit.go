package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/finding"
)

// The JUnit shape is what both common schemas take (Ant's by Windy Road, and
// Jenkins' junit-4 and later): a suite for each file, a case for each finding.
// Errors are failures; warnings, notes and waived findings are skipped cases,
// which no reader counts as failed. A clean check is one passing case.
type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	ID         int             `xml:"id,attr"`
	Package    string          `xml:"package,attr"`
	Timestamp  string          `xml:"timestamp,attr,omitempty"`
	Hostname   string          `xml:"hostname,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
	Out        string          `xml:"system-out"`
	Err        string          `xml:"system-err"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name      string        `xml:"name,attr"`
	Classname string        `xml:"classname,attr"`
	Time      string        `xml:"time,attr"`
	Skipped   *string       `xml:"skipped"`
	Failure   *junitFailure `xml:"failure"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Body    string `xml:",chardata"`
}

func writeJUnit(w io.Writer, v view) error {
	var suites junitSuites
	for i, f := range v.shown {
		if i == 0 || f.File != v.shown[i-1].File {
			suites.Suites = append(suites.Suites, v.junitSuite(len(suites.Suites), junitFile(f.File)))
		}
		suites.Suites[len(suites.Suites)-1].add(f)
	}
	if len(suites.Suites) == 0 {
		s := v.junitSuite(0, "patchops check")
		s.Tests, s.Cases = 1, []junitCase{{Name: "no findings", Classname: "patchops", Time: "0"}}
		suites.Suites = append(suites.Suites, s)
	}
	if v.truncated() {
		suites.Suites[0].Out = fmt.Sprintf("%d of %d findings are listed", len(v.shown), len(v.Findings))
	}
	b, err := xml.MarshalIndent(suites, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(b)+"\n")
	return err
}

func junitFile(file string) string {
	if file == "" {
		return "(repository)"
	}
	return Display(file)
}

// junitSuite starts an empty suite. The timestamp is the as-of instant without
// its zone, which is UTC: the schema allows none.
func (v view) junitSuite(id int, name string) junitSuite {
	commit := ""
	if v.Commit != nil {
		commit = *v.Commit
	}
	return junitSuite{
		Name: name, ID: id, Package: "patchops", Hostname: "localhost", Time: "0",
		Timestamp: strings.TrimSuffix(Display(v.AsOf), "Z"),
		Properties: []junitProperty{
			{"asOf", Display(v.AsOf)},
			{"commit", Display(commit)},
			{"documents", strconv.Itoa(v.Documents)},
			{"rules", strconv.Itoa(v.Rules)},
			{"tzdata", Display(v.Tzdata)},
		},
	}
}

func (s *junitSuite) add(f finding.Finding) {
	c := junitCase{Name: Display(f.ID), Classname: s.Name, Time: "0"}
	if f.Line > 0 {
		c.Name = fmt.Sprintf("%s %d:%d", c.Name, f.Line, f.Column)
	}
	body := detail(f)
	s.Tests++
	if f.Severity == finding.Error && f.WaivedBy == "" {
		s.Failures++
		c.Failure = &junitFailure{Message: Display(f.Message), Type: Display(f.ID), Body: body}
	} else {
		s.Skipped++
		c.Skipped = &body
	}
	s.Cases = append(s.Cases, c)
}

// detail is a finding in full as lines without colour or excerpt, the first
// being "place: severity: message [id]".
func detail(f finding.Finding) string {
	head := fmt.Sprintf("%s: %s: %s [%s]", place(f.Position), Display(string(f.Severity)), Display(f.Message), Display(f.ID))
	return strings.Join(append([]string{head}, addenda(f)...), "\n")
}

// addenda are the lines below a finding: hint, waiver, related places.
func addenda(f finding.Finding) []string {
	var lines []string
	if f.Hint != "" {
		lines = append(lines, "hint: "+Display(f.Hint))
	}
	if f.WaivedBy != "" {
		lines = append(lines, "waived by "+Display(f.WaivedBy))
	}
	for _, r := range f.Related {
		lines = append(lines, "see "+place(r.Position)+": "+Display(r.Message))
	}
	return lines
}
