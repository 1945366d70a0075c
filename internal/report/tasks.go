package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/patchops/patchops/internal/dispatch"
)

// Task is an installation that a technician is to do now.
type Task struct {
	Plan, Client, Wave, Asset, Key, Segment string // Plan is "CLIENT/PLAN"
	Attempt, Since, Until                   int64
	Packages                                []dispatch.Package
	Patches, Instructions                   []string
}

type jsonTask struct {
	Plan         string   `json:"plan"`
	Wave         string   `json:"wave"`
	Asset        string   `json:"asset"`
	Segment      string   `json:"segment"`
	Attempt      int64    `json:"attempt"`
	Since        string   `json:"since"`
	Until        string   `json:"until"`
	Late         bool     `json:"late"`
	Patches      []string `json:"patches"`
	Packages     []string `json:"packages"`
	Instructions []string `json:"instructions"`
	Key          string   `json:"key"`
}

// WriteTasks lists tasks for technicians.
func WriteTasks(w io.Writer, format string, all []Task, zones Zones, now int64) error {
	if format == "json" {
		return encode(w, map[string]any{"asOf": utc(now), "tasks": each(all, func(k Task) jsonTask {
			return jsonTask{
				legible(k.Plan), legible(k.Wave), legible(k.Asset), k.Segment, k.Attempt, utc(k.Since), utc(k.Until), k.Until < now,
				append([]string{}, k.Patches...), each(k.Packages, packageWords), append([]string{}, k.Instructions...), k.Key,
			}
		})})
	}
	var b bytes.Buffer
	if len(all) == 0 {
		fmt.Fprintln(&b, "no task is open")
	}
	for _, k := range all {
		zone := zones.of(k.Client)
		fmt.Fprintf(&b, "%s/%s: %s of %s, wave %s, attempt %d\n", Display(k.Client), Display(k.Asset), Display(k.Segment), Display(k.Plan), Display(k.Wave), k.Attempt)
		late := ""
		if k.Until < now {
			late = "LATE: "
		}
		fmt.Fprintf(&b, "  %ssince %s, until %s\n", late, stamp(k.Since, zone), stamp(k.Until, zone))
		if len(k.Packages) > 0 {
			fmt.Fprintf(&b, "  installs %s\n", strings.Join(each(k.Packages, packageWords), ", "))
		} else if len(k.Patches) > 0 {
			fmt.Fprintf(&b, "  installs %s\n", Display(strings.Join(k.Patches, ", ")))
		}
		for i, line := range k.Instructions {
			fmt.Fprintf(&b, "  %d. %s\n", i+1, Display(line))
		}
		fmt.Fprintf(&b, "  then: patchops task done %s/%s, or task fail %s/%s --text HOW\n", Display(k.Client), Display(k.Asset), Display(k.Client), Display(k.Asset))
	}
	_, err := w.Write(b.Bytes())
	return err
}

func packageWords(p dispatch.Package) string { return Display(p.Name + " " + p.Version) }
