package runnertest

import (
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/runner"
)

// Hosts are all machines of a world, by "CLIENT/ASSET".
type Hosts struct {
	Time *Time
	By   map[string]*Host

	transit []*flight // messages on their way, whoever sent them
}

// NewHosts is a world without any.
func NewHosts(t *Time) *Hosts { return &Hosts{Time: t, By: map[string]*Host{}} }

// Host is one of them; it is made when it is first named.
func (w *Hosts) Host(client, asset string) *Host {
	name := client + "/" + asset
	h := w.By[name]
	if h == nil {
		h = &Host{Name: name, Boot: 1, time: w.Time, journal: map[string]*entry{}}
		w.By[name] = h
	}
	return h
}

// Exec is one process's way to hosts. When the process ends, what it began goes on.
type Exec struct {
	Hosts *Hosts
	// Delay is how long a dispatch, a probe or a stop is on its way, in milliseconds.
	Delay func(asked string, t *dispatch.Task) int64
	// Drops says that a message or its answer is lost on its way: the controller hears
	// Unreachable after Timeout. With arrives the message itself gets there.
	Drops func(asked string, t *dispatch.Task) (dropped, arrives bool)
	// Timeout is how long a host that does not answer is waited for, in milliseconds.
	Timeout int64
	// Hook is called before and after each call.
	Hook func(point string)

	Started, Probed, Stopped int
	flights                  []*flight
	steps                    map[string]string
}

var _ runner.Exec = (*Exec)(nil)

// flight is one question and what becomes of it.
type flight struct {
	asked   string
	task    dispatch.Task
	host    *Host
	at      int64 // millis when it gets there
	gone    int64 // millis when nobody waits any more
	dropped bool
	answer  *dispatch.Answer
}

// NewExec is that of a new process.
func NewExec(hosts *Hosts) *Exec { return &Exec{Hosts: hosts, Timeout: 20_000} }

// Start begins a task.
func (x *Exec) Start(t dispatch.Task) { x.Started++; x.ask("start", t) }

// Probe asks for what became of one.
func (x *Exec) Probe(t dispatch.Task) { x.Probed++; x.ask("probe", t) }

// Stop asks it to stop before its point of no return.
func (x *Exec) Stop(t dispatch.Task) { x.Stopped++; x.ask("stop", t) }

func (x *Exec) ask(asked string, t dispatch.Task) {
	x.hook("before " + asked)
	now := x.Hosts.Time.Millis
	f := &flight{asked: asked, task: t, host: x.Hosts.Host(t.Target.Client, t.Target.Asset), at: now, gone: now + x.Timeout}
	arrives := true
	if x.Drops != nil {
		f.dropped, arrives = x.Drops(asked, &t)
	}
	if x.Delay != nil {
		f.at += x.Delay(asked, &t)
	}
	x.flights = append(x.flights, f)
	if arrives {
		x.Hosts.transit = append(x.Hosts.transit, f)
		x.Hosts.Deliver()
	}
	x.hook("after " + asked)
}

func (x *Exec) hook(point string) {
	if x.Hook != nil {
		x.Hook(point)
	}
}

// Deliver hands over what has arrived by now.
func (w *Hosts) Deliver() {
	left := w.transit[:0]
	for _, f := range w.transit {
		if f.at <= w.Time.Millis {
			f.arrive()
		} else {
			left = append(left, f)
		}
	}
	clear(w.transit[len(left):])
	w.transit = left
}

// Next is the first instant, in Unix seconds, at which a message arrives; 0 none is on
// its way.
func (w *Hosts) Next() int64 {
	first := int64(never)
	for _, f := range w.transit {
		first = min(first, f.at)
	}
	return ceil(first)
}

func ceil(millis int64) int64 {
	if millis == never {
		return 0
	}
	return (millis + 999) / 1000
}
