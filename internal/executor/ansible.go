package executor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
)

// Playbook is the built-in step that stands for the playbook of an ansible target.
const Playbook = "ansible/playbook"

// AnsibleOptions are what an ansible executor works with.
type AnsibleOptions struct {
	Secrets    Secrets
	KnownHosts string // file of pinned host keys
	Now        func() time.Time
	// Tree is that of the authorised tip: playbooks come from nowhere else.
	Tree func() (fs.FS, error)
	// Folder is where the files of a run are while it goes on.
	Folder string
	// Command is ansible-playbook; "" as PATH finds it.
	Command string
	// Forks is how many hosts one run takes at most, and Gather how long tasks that came
	// in are kept back to share one.
	Forks  int
	Gather time.Duration
	Sink   Sink
	Root   string // the folder that stands for / on hosts; "" is /
}

// Ansible reaches hosts by ansible-playbook. Tasks that come in together and want the
// same go in one run, whose events are read as it goes; each has an answer of its own.
// A run has its own inventory, configuration and host keys, and dies with its context.
//
// With a journal the wrapper goes before the playbook and after it: its first half holds
// the host until the second says how the playbook ended. Without one the playbook must
// converge, and what became of it is asked of the package manager.
type Ansible struct {
	o    AnsibleOptions
	pins *pins
	seen learned

	once    sync.Once // sweeps
	mu      sync.Mutex
	waiting map[string]*batch
	// hand are the keys whose playbook this process runs (true) or ran.
	hand map[string]bool
}

// batch is what goes in one run.
type batch struct {
	jobs []*job
	full bool
}

// job is one question about one host.
type job struct {
	ctx    context.Context
	task   dispatch.Task
	verb   string
	at     func(string)
	answer chan dispatch.Answer
	// Of a run.
	host      string // its name in the inventory
	begun     bool   // the wrapper holds the host for the playbook
	play      verdict
	said      string
	hostKey   string // that it showed, where it is not the pinned one
	keyFile   string
	user      string
	vars      map[string]any
	knownKeys []string
}

// NewAnsible makes an executor.
func NewAnsible(o AnsibleOptions) *Ansible {
	if o.Command == "" {
		o.Command = "ansible-playbook"
	}
	if o.Forks == 0 {
		o.Forks = 50
	}
	if o.Gather == 0 {
		o.Gather = 100 * time.Millisecond
	}
	return &Ansible{o: o, pins: &pins{file: o.KnownHosts}, waiting: map[string]*batch{}, hand: map[string]bool{}}
}

// Close has nothing to let go of: a run ends with its context.
func (x *Ansible) Close() error { return nil }

// Start begins a task and follows it to its end.
func (x *Ansible) Start(ctx context.Context, t dispatch.Task, at func(string)) dispatch.Answer {
	return x.ask(ctx, t, VerbBegin, "start", at)
}

// Probe asks what became of a task. A playbook dies with the controller that runs it,
// and the host that waits for its end would wait for its whole time: it is told then,
// and the task is interrupted.
func (x *Ansible) Probe(ctx context.Context, t dispatch.Task) dispatch.Answer {
	a := x.ask(ctx, t, VerbProbe, "probe", nil)
	if a.State != dispatch.Running || a.At != dispatch.Installs || !hasPlaybook(t) || x.inHand(t.Key) {
		return a
	}
	cut := x.ask(ctx, t, verbCut, "probe", nil)
	if o := cut.Outcome; o != nil && o.Step == dispatch.Installs && o.Exit == cutOff {
		cut.State, cut.At, cut.Outcome, cut.Text = dispatch.Interrupted, dispatch.Installs, nil, "the playbook was cut off"
	}
	return cut
}

func (x *Ansible) inHand(key string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.hand[key]
}

func (x *Ansible) take(key string, now bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.hand[key] = now
}

// Stop asks a task to stop before its point of no return.
func (x *Ansible) Stop(ctx context.Context, t dispatch.Task) dispatch.Answer {
	if !t.Target.Journal {
		return unreachable(t.Key, errors.New("a playbook without a journal cannot be asked to stop"))
	}
	return x.ask(ctx, t, VerbStop, "stop", nil)
}

func (x *Ansible) ask(ctx context.Context, t dispatch.Task, verb, asked string, at func(string)) dispatch.Answer {
	if len(t.Steps) == 0 && (verb == VerbBegin || !t.Target.Journal) {
		return nothing(t, asked, x.o.Now()) // what became of others a journal knows, whatever documents say now
	}
	ctx, cancel := context.WithTimeout(ctx, patience(t))
	defer cancel()
	j := &job{ctx: ctx, task: t, verb: verb, at: at, answer: make(chan dispatch.Answer, 1), host: t.Asset}
	a, err := dispatch.Answer{}, x.prepare(j)
	if err == nil {
		x.enqueue(j)
		select {
		case a = <-j.answer:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	no, is := errors.AsType[*refusal](err)
	switch {
	case is && verb == VerbBegin:
		a = dispatch.Answer{State: dispatch.Refused, Why: no.code, Text: Escape(no.Error()), HostKey: no.hostKey}
	case err != nil:
		a = unreachable(t.Key, err)
	}
	a.Key, a.Asked = t.Key, asked
	a.Text = x.seen.of(t.Client).String(a.Text)
	return a
}

// prepare refuses what cannot be carried out as it is, and finds out who may log in.
func (x *Ansible) prepare(j *job) error {
	t := j.task
	malformed := func(err error) error { return &refusal{code: dispatch.Malformed, err: err} }
	if t.Client != t.Target.Client || !hostName.MatchString(t.Asset) || reservedHosts[t.Asset] {
		return malformed(fmt.Errorf("host %q of client %q in a task of %q", Escape(t.Asset), Escape(t.Target.Client), Escape(t.Client)))
	}
	if err := checkHost(t.Target.Address); err != nil {
		return malformed(err)
	}
	var err error
	if j.vars, err = playVars(t); err != nil {
		return malformed(err)
	}
	if j.user, err = loginUser(t, j.vars); err != nil {
		return malformed(err)
	}
	if _, err := Request(withoutPlaybook(t)); err != nil {
		return malformed(err)
	}
	address := pinAddress(t.Target.Address, t.Target.Port)
	if j.knownKeys, err = x.pins.lines(address); err != nil {
		return &refusal{code: dispatch.HostKey, err: err}
	}
	if len(j.knownKeys) == 0 {
		return &refusal{code: dispatch.HostKey, err: fmt.Errorf("%s: no host key is pinned: add it to known_hosts", address)}
	}
	found, err := x.o.Secrets.For(t.Client, t.Target.Secret, t.Target.Address)
	if err == nil && found.Key == nil {
		err = fmt.Errorf("%s is in an agent, wanted a key file or variable for ansible", found)
	}
	if err != nil {
		return &refusal{code: dispatch.Credential, err: err}
	}
	x.seen.add(t.Client, found.Key)
	j.keyFile = string(found.Key)
	return nil
}

// reservedHosts mean something else in an inventory.
var reservedHosts = map[string]bool{"all": true, "ungrouped": true, "localhost": true, "patchops": true}

// enqueue puts a job to those that want the same; the first of them waits a little for
// others, then runs for all.
func (x *Ansible) enqueue(j *job) {
	kind := j.task.Client + "\x00" + j.verb + "\x00"
	if j.plays() {
		kind += j.task.Target.Playbook
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	b := x.waiting[kind]
	if b != nil && (len(b.jobs) >= x.o.Forks || b.has(j.host)) {
		b.full, b = true, nil
	}
	if b == nil {
		b = &batch{}
		x.waiting[kind] = b
		go x.depart(kind, b)
	}
	b.jobs = append(b.jobs, j)
}

func (b *batch) has(host string) bool {
	for _, j := range b.jobs {
		if j.host == host {
			return true
		}
	}
	return false
}

func (x *Ansible) depart(kind string, b *batch) {
	_ = wait(context.Background(), x.o.Gather)
	x.mu.Lock()
	if x.waiting[kind] == b {
		delete(x.waiting, kind)
	}
	x.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { // when nobody waits any more, nothing runs any more
		for _, j := range b.jobs {
			<-j.ctx.Done()
		}
		cancel()
	}()
	x.takeAll(b, true)
	defer x.takeAll(b, false)
	for i, a := range x.run(ctx, b.jobs) {
		b.jobs[i].answer <- a
	}
}

// takeAll notes whose playbooks this process runs, or ran.
func (x *Ansible) takeAll(b *batch, now bool) {
	for _, j := range b.jobs {
		if j.plays() {
			x.take(j.task.Key, now)
		}
	}
}

// plays reports whether the playbook is part of what is asked.
func (j *job) plays() bool { return j.verb == VerbBegin && hasPlaybook(j.task) }

func hasPlaybook(t dispatch.Task) bool {
	return slices.ContainsFunc(t.Steps, func(s dispatch.Step) bool { return s.Builtin == Playbook })
}
