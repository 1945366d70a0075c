package planning

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/rollout"
)

// TestClassesDoNotMatter: what is found out once for many assets is what would be
// found out for each: with a selector that asks for names, which takes nothing,
// every asset is alone in its class.
func TestClassesDoNotMatter(t *testing.T) {
	base := example(t, "msp")
	var alone []change
	for _, client := range []string{"hudson", "klinikum", "marlow"} {
		file := "clients/" + client + "/agreement.yaml"
		rule := "{selector: {matchLabels: {name: nobody}}, lead: P300D}"
		if strings.Contains(string(base[file]), "    rules:\n") {
			alone = append(alone, change{file, "    rules:\n", "    rules:\n      - " + rule + "\n"})
		} else {
			alone = append(alone, change{file, "    channels:", "    rules: [" + rule + "]\n    channels:"})
		}
	}
	many, few := build(t, base.with(t, alone...)), build(t, base)
	for i := range few.Input.Clients {
		a, b := &few.Input.Clients[i], &many.Input.Clients[i]
		classes := len(many.clients[a.Name].classes)
		if classes != len(a.Assets) || len(few.clients[a.Name].classes) >= classes {
			t.Errorf("%s has %d classes of %d assets", a.Name, classes, len(a.Assets))
		}
		if !reflect.DeepEqual(a.Assets, b.Assets) || !reflect.DeepEqual(a.Plans, b.Plans) {
			t.Errorf("%s differs with every asset in a class of its own", a.Name)
		}
	}
}

// TestTargetsAgree: planning takes the assets that rules see as a plan's targets.
func TestTargetsAgree(t *testing.T) {
	c := example(t, "msp").corpus(t)
	r, err := Build(c, Options{AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	planned := map[string][]string{} // by plan, "client/asset"
	for i := range r.Input.Clients {
		client := &r.Input.Clients[i]
		for _, p := range client.Plans {
			for _, w := range p.Work {
				planned[p.ID] = append(planned[p.ID], client.Name+"/"+client.Assets[w.Asset].Name)
			}
			for _, e := range p.Excluded {
				planned[p.ID] = append(planned[p.ID], client.Name+"/"+e.Asset)
			}
		}
	}
	plans := 0
	for _, e := range c.Entries() {
		if e.ID.Kind == "PatchPlan" && !e.Closed {
			plans++
		}
	}
	if len(planned) != plans || plans < 5 {
		t.Errorf("%d plans are planned, wanted %d", len(planned), plans)
	}
	for id, got := range planned {
		parts := strings.Split(id, "/")
		var want []string
		for _, target := range c.View("").Targets(parts[1], parts[2]).Elements() {
			want = append(want, target.Get("client").Text()+"/"+target.Get("asset").Text())
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, wanted %v", id, got, want)
		}
	}
}

// TestWindowsAgree: planning opens the windows that rules see as an asset's.
func TestWindowsAgree(t *testing.T) {
	c := example(t, "msp").corpus(t)
	r, err := Build(c, Options{AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for i := range r.Input.Clients {
		client := &r.Input.Clients[i]
		planned := map[string][]string{}
		for j := range client.Assets {
			planned[client.Assets[j].Name] = opened(client, &client.Agreements[0], &client.Assets[j])
		}
		view := c.View(client.Name)
		for _, list := range view.Names("AssetList", client.Name) {
			for _, item := range view.Listed(client.Name, list).Elements() {
				asked++
				var want []string
				for _, w := range item.Get("windows").Elements() {
					want = append(want, w.Str)
				}
				slices.Sort(want)
				if name := item.Get("asset").Get("name").Text(); !slices.Equal(planned[name], want) {
					t.Errorf("%s of %s has the windows %v, wanted %v", name, client.Name, planned[name], want)
				}
			}
		}
	}
	if asked < 190 {
		t.Errorf("only %d assets", asked)
	}
}

func opened(c *rollout.Client, a *rollout.Agreement, asset *rollout.Asset) []string {
	var out []string
	for _, w := range asset.Windows {
		if slices.Contains(a.Windows, w) {
			out = append(out, c.Windows[w].Name)
		}
	}
	return out
}

// TestFilesDoNotMatter: the input is the same whatever files the documents are in
// and in whatever order they are read.
func TestFilesDoNotMatter(t *testing.T) {
	base := example(t, "msp")
	shuffled := tree{}
	for name, src := range base {
		switch {
		case strings.HasPrefix(name, "plans/"), !strings.HasSuffix(name, ".yaml"), name == "patchops.yaml":
			shuffled[name] = src
		default:
			parts := strings.Split(name, "/")
			parts[len(parts)-1] = "z-" + reversed(parts[len(parts)-1])
			shuffled[strings.Join(parts, "/")+".yaml"] = src
		}
	}
	if len(shuffled) != len(base) || reflect.DeepEqual(slices.Sorted(maps.Keys(shuffled)), slices.Sorted(maps.Keys(base))) {
		t.Fatal("no file has another name")
	}
	if a, b := build(t, base), build(t, shuffled); !reflect.DeepEqual(a.Input, b.Input) {
		t.Error("the input depends on the names of files")
	}
}

func reversed(s string) string {
	b := []byte(strings.TrimSuffix(s, ".yaml"))
	slices.Reverse(b)
	return string(b)
}

// TestReadIsOfTheClient: what a client's part depends on names documents of that
// client, or global ones.
func TestReadIsOfTheClient(t *testing.T) {
	r := build(t, example(t, "msp"))
	for i := range r.Input.Clients {
		name := r.Input.Clients[i].Name
		if len(r.Read[name]) < 20 {
			t.Errorf("%s read only %d things", name, len(r.Read[name]))
		}
		for _, d := range r.Read[name] {
			if d.Client != name && d.Client != corpus.Global && d.Client != "" {
				t.Errorf("%s depends on %+v", name, d)
			}
		}
	}
}
