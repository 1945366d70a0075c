package pipeline

import (
	"bytes"
	"encoding/gob"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// Answer is what the limited child made of one item: Output, or Problem in the
// words of a finding ("took longer than 2 s") when it made nothing.
type Answer struct {
	Output  []byte
	Problem string
}

// Child runs a job over items in a limited process (security.md R25): one
// answer for each item, in order. Shared is given to the job once.
type Child func(job string, shared []byte, items [][]byte) ([]Answer, error)

// Job is what a child does: set up once, then answer items.
type Job = func(shared []byte) (func(item []byte) []byte, error)

// The jobs a child knows.
const (
	cueJob = "cue"
	ownJob = "own"
)

// Jobs are the jobs that main hands to the sandbox.
func Jobs() map[string]Job {
	return map[string]Job{cueJob: evaluateCUE, ownJob: judgeOwn, testJob: testRules, vetJob: vetSchemas}
}

type cueItem struct {
	Path string
	Src  []byte
}

type cueAnswer struct {
	documents []document.Document
	findings  []finding.Finding
}

// cueOutput is a cueAnswer on its way from the child. The documents are in an
// encoding that is read without trust.
type cueOutput struct {
	Documents []byte
	Findings  []finding.Finding
}

func (a *cueAnswer) read(output []byte) error {
	var out cueOutput
	err := decode(output, &out)
	if err == nil {
		a.documents, err = document.DecodeDocuments(out.Documents)
	}
	a.findings = out.Findings
	return err
}

func evaluateCUE([]byte) (func([]byte) []byte, error) {
	return func(item []byte) []byte {
		var in cueItem
		if err := decode(item, &in); err != nil {
			return nil
		}
		docs, found := document.EvaluateCUE(in.Path, in.Src)
		return encode(cueOutput{document.EncodeDocuments(docs), found})
	}, nil
}

// loadCUE evaluates CUE files in the child. A file the child made nothing of
// has one finding that says why.
func (c Child) loadCUE(sources []Source) ([]cueAnswer, error) {
	items := make([][]byte, len(sources))
	for i, s := range sources {
		items[i] = encode(cueItem{s.Path, s.Bytes})
	}
	answers, err := c(cueJob, nil, items)
	if err != nil {
		return nil, err
	}
	out := make([]cueAnswer, len(sources))
	for i, a := range answers {
		problem := a.Problem
		if problem == "" && out[i].read(a.Output) != nil {
			problem = "gave no answer"
		}
		if problem != "" {
			out[i] = cueAnswer{findings: []finding.Finding{{
				ID: "cue/limit", Severity: finding.Error, Message: "not evaluated: the evaluation " + problem,
				Hint:     "simplify the expressions, or write the result as YAML",
				Position: finding.Position{File: sources[i].Path, Line: 1, Column: 1},
			}}}
		}
	}
	return out, nil
}

func encode(v any) []byte {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(v); err != nil {
		panic(err) // plain data of ours always encodes
	}
	return b.Bytes()
}

func decode(b []byte, v any) error {
	return gob.NewDecoder(bytes.NewReader(b)).Decode(v)
}
