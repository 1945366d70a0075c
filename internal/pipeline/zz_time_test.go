package pipeline

import (
	"fmt"
	"os"
	"sort"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/policy"
)

func TestZZTime(t *testing.T) {
	e, err := NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := ReadTree(os.DirFS("/tmp/big"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := e.load(tree, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := corpus.New("2026-03-12T09:00:00Z", entries(files, nil), tree.File, e.rows)
	todo := tasks(c, files)
	kinds := map[string]bool{}
	for _, x := range todo {
		kinds[x.entry.ID.Kind] = true
	}
	rules, err := e.rulesFor(kinds)
	if err != nil {
		t.Fatal(err)
	}
	terms := policy.NewTerms()
	names := map[string][]string{}
	for _, r := range rules.Rules() {
		names[r.Kind] = append(names[r.Kind], r.ID)
	}
	spent := map[string]time.Duration{}
	count := map[string]int{}
	step := 1
	if len(todo) > 3000 {
		step = 5
	}
	for i := 0; i < len(todo); i += step {
		doc := todo[i].entry.Document()
		count[doc.ID.Kind]++
		start := time.Now()
		rules.Judge(doc, data{c.View(doc.ID.Client), terms})
		spent["JOINT "+doc.ID.Kind] += time.Since(start)
		if os.Getenv("JOINT") != "" {
			continue
		}
		for n := range rules.Count(doc.ID.Kind) {
			start := time.Now()
			rules.JudgeRule(n, doc, data{c.View(doc.ID.Client), terms})
			spent[names[doc.ID.Kind][n]+" "+doc.ID.Kind] += time.Since(start)
		}
	}
	var ids []string
	var total time.Duration
	for id, d := range spent {
		ids = append(ids, id)
		total += d
	}
	sort.Slice(ids, func(i, j int) bool { return spent[ids[i]] > spent[ids[j]] })
	fmt.Println("total", total*time.Duration(step), count)
	for _, id := range ids[:min(40, len(ids))] {
		fmt.Println(spent[id]*time.Duration(step), id)
	}
}
