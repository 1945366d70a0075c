package effect

import (
	"crypto/sha256"
	"fmt"
	"hash"

	"github.com/patchops/patchops/internal/corpus"
)

// inputs are digests over all that grants are made of, by the bytes of files:
// equal ones mean equal grants, different ones mean nothing.
type inputs struct {
	catalog Digest            // patches and bundles
	shared  Digest            // what every client's grants may read, beside plans, patches and bundles
	clients map[string]Digest // what only theirs may read
}

// client and shared kinds; plans are compared by themselves.
func scopeOf(e *corpus.Entry) string {
	switch e.ID.Kind {
	case "Patch", "Bundle":
		return "catalog"
	case "MaintenanceWindow", "Freeze", "VendorSupport", "HolidayCalendar", "ExecutorProfile":
		return "shared"
	case "Client", "ClientAgreement", "AssetList", "Site", "HAGroup":
		return "client"
	}
	return ""
}

// inputsOf reads the inputs of a tree once.
func inputsOf(t *Tree) *inputs {
	if t.inputs != nil {
		return t.inputs
	}
	catalog, shared, clients := sha256.New(), sha256.New(), map[string]hash.Hash{}
	for _, e := range t.corpus.Entries() {
		into := shared
		switch scope := scopeOf(e); {
		case scope == "":
			continue
		case scope == "catalog":
			into = catalog
		case e.ID.Client != "":
			if into = clients[e.ID.Client]; into == nil {
				into = sha256.New()
				clients[e.ID.Client] = into
			}
		}
		fmt.Fprintf(into, "%q %q %d %v %x\n", e.ID, e.File, e.Index, e.Broken, e.Digest)
		for _, file := range Reads(e) {
			fmt.Fprintf(into, "%q %s\n", file, t.bytes(file))
		}
	}
	t.inputs = &inputs{catalog: Digest(catalog.Sum(nil)), shared: Digest(shared.Sum(nil)), clients: map[string]Digest{}}
	for client, h := range clients {
		t.inputs.clients[client] = Digest(h.Sum(nil))
	}
	return t.inputs
}

// Reads are the files that grants read through a document: the rows of an asset
// list, an iCalendar file, a playbook.
func Reads(e *corpus.Entry) []string {
	var file string
	switch e.ID.Kind {
	case "AssetList":
		file = e.Bulk
	case "HolidayCalendar":
		file = e.Document().Root.Get("spec").Get("ics").Text()
	case "ExecutorProfile":
		file = e.Document().Root.Get("spec").Get("ansible").Get("playbook").Text()
	}
	if file == "" {
		return nil
	}
	return []string{file}
}

// of is the digest over what a client's grants read beside plans and patches.
func (i *inputs) of(client string) Digest {
	own := i.clients[client]
	return sha256.Sum256(append(own[:], i.shared[:]...))
}
