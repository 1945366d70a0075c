package report

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// seen is what every machine format must give back of a finding.
type seen struct {
	ID, Class, Message, File string
	Line, Column             int
}

// The parsers below are written from the formats' specifications, not from the
// printers, so that a printer's slip shows.

func parseJSON(out []byte) ([]seen, error) {
	var c jsonCheck
	if err := json.Unmarshal(out, &c); err != nil {
		return nil, err
	}
	var all []seen
	for _, f := range c.Findings {
		s := seen{f.ID, f.Severity, f.Message, f.File, f.Line, f.Column}
		if f.WaivedBy != nil {
			s.Class = "waived"
		}
		all = append(all, s)
	}
	return all, nil
}

func parseSARIF(out []byte) ([]seen, error) {
	var log struct {
		Runs []struct {
			Results []struct {
				RuleID, Level string
				Suppressions  []any
				Properties    struct{ Finding jsonFinding }
				Message       struct{ Text string }
			}
		}
	}
	if err := json.Unmarshal(out, &log); err != nil {
		return nil, err
	}
	var all []seen
	for _, r := range log.Runs[0].Results {
		f := r.Properties.Finding
		s := seen{r.RuleID, r.Level, f.Message, f.File, f.Line, f.Column}
		if len(r.Suppressions) > 0 {
			s.Class = "waived"
		}
		if !strings.HasPrefix(r.Message.Text, sarifText(f.Message)) {
			return nil, fmt.Errorf("message %q of finding %q", r.Message.Text, f.Message)
		}
		all = append(all, s)
	}
	return all, nil
}

func parseJUnit(out []byte) ([]seen, error) {
	var suites junitSuites
	if err := xml.Unmarshal(out, &suites); err != nil {
		return nil, err
	}
	var all []seen
	for _, suite := range suites.Suites {
		for _, c := range suite.Cases {
			s := seen{File: suite.Name}
			if s.File == "(repository)" {
				s.File = ""
			}
			id, at, _ := strings.Cut(c.Name, " ")
			line, column, _ := strings.Cut(at, ":")
			s.ID = id
			s.Line, _ = strconv.Atoi(line)
			s.Column, _ = strconv.Atoi(column)
			switch {
			case c.Failure != nil:
				s.Class, s.Message = "error", c.Failure.Message
			case c.Skipped != nil:
				s.Class, s.Message = junitBody(*c.Skipped, id)
			default:
				continue
			}
			all = append(all, s)
		}
	}
	return all, nil
}

func junitBody(body, id string) (class, message string) {
	head, rest, _ := strings.Cut(body, "\n")
	at := regexp.MustCompile(`: (error|warning|note): `).FindStringSubmatchIndex(head)
	class, message = head[at[2]:at[3]], strings.TrimSuffix(head[at[1]:], " ["+id+"]")
	if strings.HasPrefix(rest, "waived by ") || strings.Contains(rest, "\nwaived by ") {
		class = "waived"
	}
	return class, message
}

// parseGitHub reads as the runner does: commands start a line, properties are
// split at commas before they are unescaped.
func parseGitHub(out []byte) ([]seen, error) {
	var all []seen
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSuffix(line, "\n")
		rest, ok := strings.CutPrefix(strings.TrimLeft(line, " \t"), "::")
		if !ok {
			continue
		}
		head, data, ok := strings.Cut(rest, "::")
		if !ok {
			return nil, fmt.Errorf("command %q", line)
		}
		command, list, _ := strings.Cut(head, " ")
		s := seen{Class: map[string]string{"error": "error", "warning": "warning", "notice": "note"}[command]}
		for property := range strings.SplitSeq(list, ",") {
			key, value, _ := strings.Cut(property, "=")
			value = strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(value)
			switch key {
			case "file":
				s.File = value
			case "line":
				s.Line, _ = strconv.Atoi(value)
			case "col":
				s.Column, _ = strconv.Atoi(value)
			case "title":
				s.ID = value
			default:
				return nil, fmt.Errorf("property %q", property)
			}
		}
		lines := strings.Split(strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(data), "\n")
		s.Message = lines[0]
		for _, l := range lines[1:] {
			if strings.HasPrefix(l, "waived by ") {
				s.Class = "waived"
			}
		}
		all = append(all, s)
	}
	return all, nil
}

var tapPointLine = regexp.MustCompile(`^(not )?ok ([0-9]+) - (.*)$`)

// parseTAP reads TAP 14: the plan, test points, directives and YAML blocks.
func parseTAP(out []byte) ([]seen, error) {
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) < 2 || lines[0] != "TAP version 14" {
		return nil, fmt.Errorf("first line %q", lines[0])
	}
	plan, points := strings.TrimPrefix(lines[1], "1.."), 0
	var all []seen
	for i := 2; i < len(lines); i++ {
		if strings.HasPrefix(lines[i], "#") {
			continue
		}
		m := tapPointLine.FindStringSubmatch(lines[i])
		if m == nil {
			return nil, fmt.Errorf("line %q", lines[i])
		}
		if points++; m[2] != strconv.Itoa(points) {
			return nil, fmt.Errorf("point %s, want %d", m[2], points)
		}
		if strings.Contains(strings.NewReplacer(`\\`, "", `\#`, "").Replace(m[3]), "#") {
			return nil, fmt.Errorf("directive in %q", lines[i])
		}
		if i+1 < len(lines) && lines[i+1] == "  ---" {
			end := i + 2
			for ; lines[end] != "  ..."; end++ {
			}
			s, err := tapBlock(strings.Join(lines[i+2:end], "\n"), m[1] == "")
			if err != nil {
				return nil, err
			}
			all, i = append(all, s), end
		}
	}
	if plan != strconv.Itoa(points) {
		return nil, fmt.Errorf("plan %s of %d points", plan, points)
	}
	return all, nil
}

func tapBlock(block string, passed bool) (seen, error) {
	var d struct {
		ID, Severity, Message, File string
		Line, Column                int
		WaivedBy                    string `yaml:"waivedBy"`
	}
	if err := yaml.Unmarshal([]byte(block), &d); err != nil {
		return seen{}, err
	}
	s := seen{d.ID, d.Severity, d.Message, d.File, d.Line, d.Column}
	if d.WaivedBy != "" {
		s.Class = "waived"
	}
	if passed == (s.Class == "error") {
		return s, fmt.Errorf("class %s, passed %v", s.Class, passed)
	}
	return s, nil
}
