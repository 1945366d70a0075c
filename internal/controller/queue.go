package controller

import "github.com/patchops/patchops/internal/dispatch"

// queue hands out tasks so that no client waits for another's: whoever has the fewest
// at hosts comes next, of equal ones who waited longest (R65).
type queue struct {
	waiting map[string][]dispatch.Task // by client
	turn    []string                   // clients that wait, the longest first
	held    map[string]int             // tasks at hosts, by client
	busy    int
}

func newQueue() *queue { return &queue{waiting: map[string][]dispatch.Task{}, held: map[string]int{}} }

func (q *queue) put(t dispatch.Task) {
	if len(q.waiting[t.Client]) == 0 {
		q.turn = append(q.turn, t.Client)
	}
	q.waiting[t.Client] = append(q.waiting[t.Client], t)
}

func (q *queue) take() (dispatch.Task, bool) {
	if len(q.turn) == 0 {
		return dispatch.Task{}, false
	}
	at := 0
	for i, client := range q.turn {
		if q.held[client] < q.held[q.turn[at]] {
			at = i
		}
	}
	client := q.turn[at]
	t := q.waiting[client][0]
	q.waiting[client] = q.waiting[client][1:]
	q.turn = append(q.turn[:at], q.turn[at+1:]...)
	if len(q.waiting[client]) > 0 {
		q.turn = append(q.turn, client)
	} else {
		delete(q.waiting, client)
	}
	q.held[client]++
	q.busy++
	return t, true
}

func (q *queue) done(t dispatch.Task) {
	q.busy--
	if q.held[t.Client]--; q.held[t.Client] == 0 {
		delete(q.held, t.Client)
	}
}
