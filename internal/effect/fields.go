package effect

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/patchops/patchops/internal/document"
)

// FieldChange is one value that differs, for people.
type FieldChange struct {
	// Path is the data path; elements of lists that have a name are shown by it:
	// "spec.assets[web-01].address".
	Path string
	// Before and After are a string's text, or canonical JSON; "" is absent.
	Before, After string
}

// maxFields limits what is said of one document; the digest tells them all.
const maxFields = 1000

// maxShown is how many characters of a list or map are shown.
const maxShown = 400

// fieldChanges are the values that differ, in the order of the second value,
// then what is missing there.
func fieldChanges(before, after *document.Value) []FieldChange {
	var d differ
	d.compare("", before, after)
	return d.out
}

type differ struct{ out []FieldChange }

func (d *differ) compare(path string, a, b *document.Value) {
	if len(d.out) >= maxFields {
		return
	}
	switch {
	case a != nil && b != nil && a.Kind == document.Map && b.Kind == document.Map:
		d.maps(path, a, b)
	case a != nil && b != nil && a.Kind == document.List && b.Kind == document.List && labels(a) != nil && labels(b) != nil:
		d.lists(path, a, b)
	case a == nil || b == nil || string(AppendCanonical(nil, a)) != string(AppendCanonical(nil, b)):
		d.out = append(d.out, FieldChange{path, shown(a), shown(b)})
	}
}

func (d *differ) maps(path string, a, b *document.Value) {
	if path != "" {
		path += "."
	}
	for i, key := range b.Keys {
		d.compare(path+key.Name, a.Get(key.Name), &b.Items[i])
	}
	for i, key := range a.Keys {
		if b.Get(key.Name) == nil {
			d.compare(path+key.Name, &a.Items[i], nil)
		}
	}
}

func (d *differ) lists(path string, a, b *document.Value) {
	before, after := labels(a), labels(b)
	at := make(map[string]int, len(before))
	for i, label := range before {
		at[label] = i
	}
	for i, label := range after {
		var old *document.Value
		if j, ok := at[label]; ok {
			old = &a.Items[j]
			delete(at, label)
		}
		d.compare(fmt.Sprintf("%s[%s]", path, label), old, &b.Items[i])
	}
	for i, label := range before {
		if _, left := at[label]; left {
			d.compare(fmt.Sprintf("%s[%s]", path, label), &a.Items[i], nil)
		}
	}
}

// labels are what a list's elements are called: by their name, id or package,
// the text of strings, or their place; nil where two are called alike.
func labels(v *document.Value) []string {
	out := make([]string, len(v.Items))
	seen := make(map[string]bool, len(v.Items))
	for i := range v.Items {
		out[i] = label(&v.Items[i], i)
		if seen[out[i]] {
			return nil
		}
		seen[out[i]] = true
	}
	return out
}

func label(v *document.Value, i int) string {
	for _, key := range []string{"name", "id", "package"} {
		if s := v.Get(key).Text(); s != "" {
			return s
		}
	}
	return strconv.Itoa(i)
}

func shown(v *document.Value) string {
	switch {
	case v == nil:
		return ""
	case v.Kind == document.String:
		return v.Str
	}
	return shortened(string(AppendCanonical(nil, v)))
}

// shortened cuts what nobody reads to its end; canonical JSON is ASCII.
func shortened(s string) string {
	if len(s) > maxShown {
		return s[:maxShown] + "..."
	}
	return s
}

// rowFields are the assets of a bulk file that differ; none for other files.
func rowFields(before, after *Tree, file string) []FieldChange {
	a, b := before.rows(file), after.rows(file)
	if len(a.Items) == 0 && len(b.Items) == 0 {
		return nil
	}
	var d differ
	d.compare("assets", a, b)
	return d.out
}

// rows are the assets that a bulk file declares.
func (t *Tree) rows(file string) *document.Value {
	out := list()
	for _, client := range t.bulkClients(file) {
		assets := t.view.Assets(client)
		for i := range assets {
			if assets[i].File == file {
				out.Items = append(out.Items, *assets[i].Value)
			}
		}
	}
	return out
}

// bulkClients are the clients that have a list with its rows in a file.
func (t *Tree) bulkClients(file string) []string {
	var clients []string
	for _, e := range t.corpus.Entries() {
		if e.Bulk == file && !e.Broken && !slices.Contains(clients, e.ID.Client) {
			clients = append(clients, e.ID.Client)
		}
	}
	return clients
}
