package pipeline

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

var changePath = regexp.MustCompile(`^(effect\.documents|effect\.files|effect\.grants|loosened|rollouts)\[([0-9]+)\](?:\.(.*))?$`)

// placed moves a finding about a change to what it is about: a document or file
// of the head, where it stood if it is gone. One about the change as a whole is
// shown at the first thing that it changes, and one about the rule stays there.
func (j *changeJudging) placed(f finding.Finding) finding.Finding {
	if f.File != "" {
		f.Document = finding.Identity{}
		return f
	}
	parts := changePath.FindStringSubmatch(f.Path)
	if parts == nil {
		f.Document, f.Position = finding.Identity{}, j.first()
		return f
	}
	i, err := strconv.Atoi(parts[2])
	item := j.item(parts[1], i)
	if err != nil || item == nil {
		f.Document, f.Position = finding.Identity{}, j.first()
		return f
	}
	switch parts[1] {
	case "effect.files":
		f.Document, f.Path, f.Position = finding.Identity{}, "", top(item.Get("path").Text())
		return f
	case "loosened":
		l := j.loosened[i]
		if l.At.File != "" {
			f.Document, f.Path, f.Position = l.Identity, l.Path, l.At
			return f
		}
		return j.at(f, l.Identity, l.Path, l.File)
	case "effect.grants":
		return j.atPlan(f, item)
	case "rollouts":
		if rest, ok := strings.CutPrefix(parts[3], "after"); ok && item.Get("after") != nil {
			return j.declared(f, item, strings.TrimPrefix(rest, "."))
		}
		return j.atPlan(f, item)
	}
	id := finding.Identity{Kind: item.Get("kind").Text(), Client: item.Get("client").Text(), Name: item.Get("name").Text()}
	file := item.Get("before").Get("path").Text()
	return j.at(f, id, "metadata.name", file)
}

// item is an element of a list of the input.
func (j *changeJudging) item(list string, i int) *document.Value {
	at := &j.input.Root
	for field := range strings.SplitSeq(list, ".") {
		at = at.Get(field)
	}
	if items := at.Elements(); i < len(items) {
		return &items[i]
	}
	return nil
}

// at places a finding at a path of a document of the head, else in a file.
func (j *changeJudging) at(f finding.Finding, id finding.Identity, path, file string) finding.Finding {
	f.Document, f.Path = id, path
	entry := j.run.corpus.Entry(id)
	if entry == nil {
		f.Position = top(file)
		return f
	}
	if doc := entry.Document(); path != "" && path != "metadata.name" {
		f.Position = doc.At(parsedPath(path))
		return f
	}
	f.Position, f.Path = entry.Name, "metadata.name"
	return f
}

// plan is the entry of the plan that a grant or rollout is of: the client's own,
// or one over several clients; nil where the head has neither.
func (j *changeJudging) plan(item *document.Value) (finding.Identity, *corpus.Entry) {
	id := finding.Identity{Kind: "PatchPlan", Client: item.Get("client").Text(), Name: item.Get("plan").Text()}
	global := id
	global.Client = ""
	if e := j.run.corpus.Entry(id); e != nil {
		return id, e
	}
	if e := j.run.corpus.Entry(global); e != nil {
		return global, e
	}
	if e := j.run.before.Entry(id); e == nil && j.run.before.Entry(global) != nil {
		return global, nil
	}
	return id, nil
}

func (j *changeJudging) atPlan(f finding.Finding, item *document.Value) finding.Finding {
	id, entry := j.plan(item)
	file := ""
	if entry == nil {
		if old := j.run.before.Entry(id); old != nil {
			file = old.File
		}
	}
	return j.at(f, id, "metadata.name", file)
}

// declared places a finding about a rollout after the change at the field of the
// plan that it follows from.
func (j *changeJudging) declared(f finding.Finding, item *document.Value, path string) finding.Finding {
	_, entry := j.plan(item)
	if entry == nil || entry.Broken {
		return j.atPlan(f, item)
	}
	f.Path = path
	return declared(f, item.Get("after"), entry.Document())
}

// first is the place of the first thing that is changed and still there, else of
// the settings.
func (j *changeJudging) first() finding.Position {
	for _, d := range j.proposed.Effect.Documents {
		if e := j.run.corpus.Entry(d.Identity); e != nil {
			return e.Name
		}
	}
	for _, f := range j.proposed.Effect.Files {
		if f.After.Mode != "" {
			return top(f.Path)
		}
	}
	return top(configFile)
}

// top is the first line of a file, of the settings where there is none.
func top(file string) finding.Position {
	if file == "" {
		file = configFile
	}
	return finding.Position{File: file, Line: 1, Column: 1}
}

var segment = regexp.MustCompile(`^\.?([^.\[\]]+)|^\[([0-9]+)\]|^\["([^"]*)"\]`)

// parsedPath is the data path that a text such as "spec.waves[1].soak" stands for.
func parsedPath(text string) document.Path {
	var p document.Path
	for text != "" {
		parts := segment.FindStringSubmatch(text)
		if parts == nil {
			return p
		}
		text = text[len(parts[0]):]
		if i, err := strconv.Atoi(parts[2]); parts[2] != "" && err == nil {
			p = append(p, document.Segment{Index: i})
			continue
		}
		p = append(p, document.Segment{Key: parts[1] + parts[3]})
	}
	return p
}
