package runner

import (
	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/progress"
)

// fair are the starts for which there is room. Clients take turns, the one with the
// fewest segments in flight first, and none takes all of it while others have open
// plans: who comes later finds a place (R65).
func (r *Runner) fair(starts []*progress.Decision) []*progress.Decision {
	if r.Most <= 0 || museum.Planted("unfair") {
		return starts
	}
	flight, free := map[string]int{}, r.Most
	for _, h := range r.hands {
		if h.flies() {
			flight[h.task.Client]++
			free--
		}
	}
	var order []string
	queue := map[string][]*progress.Decision{}
	for _, d := range starts {
		if queue[d.Client] == nil {
			order = append(order, d.Client)
		}
		queue[d.Client] = append(queue[d.Client], d)
	}
	most := r.most()
	var out []*progress.Decision
	for ; free > 0; free-- {
		next := ""
		for _, c := range order {
			if len(queue[c]) > 0 && flight[c] < most && (next == "" || flight[c] < flight[next]) {
				next = c
			}
		}
		if next == "" {
			break
		}
		out = append(out, queue[next][0])
		queue[next] = queue[next][1:]
		flight[next]++
	}
	return out
}

// most is how many segments one client may have in flight.
func (r *Runner) most() int {
	clients := map[string]bool{}
	for _, p := range r.Docs.Plans {
		clients[p.Client] = true
	}
	return max(1, r.Most-min(max(0, len(clients)-1), r.Most/2))
}
