package simulation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
)

// logs are all logs that came up, each once, by number; 0 is empty.
type logs struct {
	list  []book
	known map[string]int32
	blobs map[string][]byte
}

// book is one log: the one that it continues, and what was appended.
type book struct {
	before          int32
	added           []progress.Logged
	size            int64
	claims, results uint16
	notAfter        [16]int8 // tick, of the newest claim of each key
	ended           bool
}

func (b *book) open() uint16 { return b.claims &^ b.results }

func newLogs() *logs {
	return &logs{list: []book{{}}, known: map[string]int32{}, blobs: map[string][]byte{}}
}

func (l *logs) at(i int32) *book { return &l.list[i] }

// records are all of a log, from its beginning.
func (l *logs) records(i int32) []progress.Logged {
	var parts [][]progress.Logged
	n := 0
	for ; i != 0; i = l.list[i].before {
		parts = append(parts, l.list[i].added)
		n += len(l.list[i].added)
	}
	out := make([]progress.Logged, 0, n)
	for _, part := range slices.Backward(parts) {
		out = append(out, part...)
	}
	return out
}

func (l *logs) blob(_, digest string) ([]byte, error) {
	b, known := l.blobs[digest]
	if !known {
		return nil, fmt.Errorf("blob %s is not there", digest)
	}
	return b, nil
}

// instantOf is a tick as records write it.
func instantOf(tick int8) string {
	return resultlog.Instant(time.Unix(epoch+int64(tick)*tickSeconds, 0))
}

// extend is the log with more records.
func (m *model) extend(i int32, tick, fence int8, added []progress.Logged) int32 {
	if len(added) == 0 {
		return i
	}
	before := m.logs.at(i)
	var key strings.Builder
	fmt.Fprint(&key, i)
	for k := range added {
		r := &added[k].Record
		r.V, r.Seq, r.T, r.Fence = 1, before.size+int64(k), instantOf(tick), int64(fence)
		key.WriteString("\n" + summary(r))
	}
	if known, ok := m.logs.known[key.String()]; ok {
		return known
	}
	next := book{before: i, added: added, size: before.size + int64(len(added)), claims: before.claims, results: before.results, notAfter: before.notAfter, ended: before.ended}
	for k := range added {
		m.count(&next, &added[k].Record, tick)
	}
	m.logs.list = append(m.logs.list, next)
	id := int32(len(m.logs.list) - 1)
	m.logs.known[key.String()] = id
	return id
}

func (m *model) count(b *book, r *resultlog.Record, tick int8) {
	switch r.Kind {
	case resultlog.Claim:
		k := m.key(r.Key)
		if b.results&(1<<k) != 0 {
			m.broken = fmt.Sprintf("P2: key %d is claimed after its result", k)
		}
		b.claims |= 1 << k
		b.notAfter[k] = tick
	case resultlog.Result, resultlog.Deferred:
		if r.Key != "" {
			b.results |= 1 << m.key(r.Key)
		}
	case resultlog.RunEnded:
		b.ended = true
		if b.open() != 0 {
			m.broken = "P6: the run ends with open claims"
		}
	}
}

func (m *model) key(key string) int8 {
	k, known := m.keys[key]
	if !known {
		k = int8(len(m.keys))
		if k >= 16 {
			panic("more keys than the model has room for")
		}
		m.keys[key] = k
	}
	return k
}

// fold is the state of a log.
func (m *model) fold(i int32) *progress.State {
	s := progress.Begin()
	if err := s.Apply(m.logs.records(i), m.logs.blob); err != nil {
		m.broken = fmt.Sprintf("P5: a log cannot be folded: %v", err)
	}
	return s
}

// decide is what Next says, with everything that it says when it is asked again, as
// the runner does before it writes.
func (m *model) decide(q question) *intent {
	if d, known := m.memo[q]; known {
		return d
	}
	s := m.fold(q.log)
	d := &intent{log: q.log}
	now := progress.Now{At: epoch + int64(q.tick)*tickSeconds, Repository: repository, InHand: m.set(q.hand), Absent: m.set(q.absent), Most: 8}
	var out []progress.Logged
	for range 32 {
		more, starts := m.ask(s, d, &now)
		out = append(out, more...)
		if len(more) == 0 || len(starts) > 0 {
			out = append(out, starts...)
			break
		}
		if err := s.Apply(more, m.logs.blob); err != nil {
			m.broken = fmt.Sprintf("P6: a decision cannot be folded: %v", err)
		}
	}
	d.log = m.extend(q.log, q.tick, q.fence, out)
	d.ended = m.logs.at(d.log).ended
	m.memo[q] = d
	return d
}

// ask is Next once: the records that it wants, and the claims of what it wants begun.
func (m *model) ask(s *progress.State, d *intent, now *progress.Now) (records, starts []progress.Logged) {
	stamp := resultlog.Instant(time.Unix(now.At, 0))
	logged := func(client string, list []resultlog.Record) (out []progress.Logged) {
		for _, r := range list {
			r.T = stamp
			out = append(out, progress.Logged{Client: client, Record: r})
		}
		return out
	}
	for _, x := range progress.Next(s, m.docs, *now).Do {
		switch x.Act {
		case progress.Records:
			records = append(records, logged(x.Client, x.Records)...)
		case progress.Replans:
			now.Replanned = x.Cause
			all, err := progress.Replan(s, m.docs, now.At, x.Cause)
			if err != nil {
				m.broken = fmt.Sprintf("P6: no schedule: %v", err)
			}
			for _, p := range all {
				m.logs.blobs[canonical.Digest(p.Blob)] = p.Blob
				records = append(records, logged(p.Client, p.Records)...)
			}
		case progress.Starts:
			key := m.key(x.Task.Key)
			for int(key) >= len(m.tasks) {
				m.tasks = append(m.tasks, nil)
			}
			m.tasks[key] = x.Task
			d.starts |= 1 << key
			starts = append(starts, logged(x.Client, x.Records)...)
		case progress.Probes:
			d.asks |= 1 << m.key(x.Task.Key)
		}
	}
	return records, starts
}

func (m *model) set(bits uint16) map[string]bool {
	out := map[string]bool{}
	for key, k := range m.keys {
		if bits&(1<<k) != 0 {
			out[key] = true
		}
	}
	return out
}

// answered is the log with the record of an answer.
func (m *model) answered(a asking) int32 {
	if id, known := m.asked[a]; known {
		return id
	}
	t := m.tasks[a.key]
	at := epoch + int64(a.tick)*tickSeconds
	answer := dispatch.Answer{Key: t.Key, Asked: "probe", State: dispatch.Interrupted, HostTime: at}
	if a.state != answerCut {
		answer.State = dispatch.Finished
		answer.Outcome = &dispatch.Outcome{Result: dispatch.Succeeded, Began: at - 1, Ended: at}
		if a.state == answerBad {
			answer.Outcome.Result, answer.Outcome.Step, answer.Outcome.Exit = dispatch.Failed, t.Steps[0].Name, 1
		}
	}
	s := m.fold(a.log)
	id := m.extend(a.log, a.tick, a.fence, progress.Outcome(s, m.docs, t, answer, at))
	m.asked[a] = id
	return id
}
