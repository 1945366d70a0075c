package cli

import (
	"encoding/json"
	"time"

	"github.com/patchops/patchops/internal/controller"
)

// tellJSON prints one line of JSON for a tick.
func (a *app) tellJSON(r *controller.Report, err error) error {
	type merged struct {
		Change string `json:"change"`
		Commit string `json:"commit"`
		Via    string `json:"via"`
	}
	type waiting struct {
		Change  string   `json:"change"`
		Head    string   `json:"head"`
		Verdict string   `json:"verdict"`
		Why     []string `json:"why"`
		Unblock []string `json:"unblock"`
	}
	type blocked struct {
		Main     string   `json:"main"`
		Tip      string   `json:"authorised"`
		Why      string   `json:"why"`
		Findings []string `json:"findings"`
		WaysOut  string   `json:"waysOut"`
	}
	out := struct {
		At       string    `json:"at"`
		Main     string    `json:"main"`
		Tip      string    `json:"authorised"`
		Done     []string  `json:"done"`
		Would    []string  `json:"would"`
		Merged   []merged  `json:"merged"`
		Waiting  []waiting `json:"waiting"`
		Blocked  *blocked  `json:"blocked"`
		Problems []string  `json:"problems"`
		Error    *string   `json:"error"`
		Event    string    `json:"event"`
	}{
		Event: "tick",
		At:    r.At.UTC().Format(time.RFC3339), Main: r.Main, Tip: r.Tip, Done: notNil(r.Done), Would: notNil(r.Would),
		Merged: []merged{}, Waiting: []waiting{}, Problems: notNil(r.Problems),
	}
	for _, m := range r.Merged {
		out.Merged = append(out.Merged, merged(m))
	}
	for _, w := range r.Waiting {
		out.Waiting = append(out.Waiting, waiting{w.Change, w.Head, w.Verdict, notNil(w.Why), notNil(w.Unblock)})
	}
	if b := r.Blocked; b != nil {
		out.Blocked = &blocked{b.Main, b.Tip, b.Why, notNil(b.Findings), b.WaysOut}
	}
	if err != nil {
		text := legible(err)
		out.Error = &text
	}
	e := json.NewEncoder(a.env.Stdout)
	e.SetEscapeHTML(false)
	return e.Encode(out)
}

// notNil is a list that is never null.
func notNil(items []string) []string {
	if items == nil {
		return []string{}
	}
	return items
}
