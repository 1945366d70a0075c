package executor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/patchops/patchops/internal/dispatch"
)

// playRun is the jobs of one run and its files.
type playRun struct {
	x    *Ansible
	dir  string
	jobs []*job
	// ahead is how many seconds our clock is ahead of that of the machine, which is what
	// a playbook can ask.
	ahead int64
}

// run carries the jobs out; an answer for each.
func (x *Ansible) run(ctx context.Context, jobs []*job) []dispatch.Answer {
	answers := make([]dispatch.Answer, len(jobs))
	r := &playRun{x: x, jobs: jobs}
	err := r.carry(ctx, answers)
	for i, j := range jobs {
		if answers[i].State != "" {
			continue
		}
		if no, is := errors.AsType[*refusal](err); is && j.verb == VerbBegin {
			answers[i] = dispatch.Answer{State: dispatch.Refused, Why: no.code, Text: Escape(no.Error())}
			continue
		}
		why := err
		if why == nil {
			why = errors.New(first(j.said, "ansible said nothing of the host"))
		}
		answers[i] = unreachable(j.task.Key, why)
	}
	for i, j := range jobs {
		if a := &answers[i]; a.State == dispatch.Unreachable && j.hostKey != "" {
			a.Why, a.HostKey = dispatch.HostKey, j.hostKey
		}
	}
	return answers
}

// carry sets a run up and goes through its parts. What it sets no answer for is unknown.
func (r *playRun) carry(ctx context.Context, answers []dispatch.Answer) error {
	r.x.once.Do(func() { sweep(r.x.o.Folder) })
	dir, err := os.MkdirTemp(r.x.o.Folder, prefix) // short: sockets have a name of 100 bytes
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if r.dir, err = filepath.EvalSymlinks(dir); err != nil {
		return err
	}
	close, err := r.agent()
	if err != nil {
		return err
	}
	defer close()
	if err := r.clock(); err != nil {
		return err
	}
	hosts, err := inventory(r)
	if err == nil {
		err = errors.Join(os.WriteFile(r.file("inventory.json"), hosts, 0o600), r.keys())
	}
	if err != nil {
		return err
	}
	defer r.hangUp()
	if !r.jobs[0].plays() {
		return r.question(ctx, answers)
	}
	return r.play(ctx, answers)
}

// clock writes the configuration, which is empty, and compares its time with ours.
func (r *playRun) clock() error {
	if err := os.WriteFile(r.file("ansible.cfg"), nil, 0o600); err != nil {
		return err
	}
	info, err := os.Stat(r.file("ansible.cfg"))
	if err == nil {
		r.ahead = r.x.o.Now().Unix() - info.ModTime().Unix()
	}
	return err
}

// agent holds the keys of the run for as long as it goes on: none of them is in a file.
func (r *playRun) agent() (func(), error) {
	ring := agent.NewKeyring()
	for _, j := range r.jobs {
		key, err := ssh.ParseRawPrivateKey([]byte(j.keyFile))
		if err != nil {
			return nil, &refusal{code: dispatch.Credential, err: errors.New("the secret is no private key without a passphrase")}
		}
		if err := ring.Add(agent.AddedKey{PrivateKey: key}); err != nil {
			return nil, err
		}
	}
	l, err := net.Listen("unix", r.file("agent"))
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _ = agent.ServeAgent(ring, c); _ = c.Close() }()
		}
	}()
	return func() { _ = l.Close(); _ = ring.RemoveAll() }, nil
}

// question puts one question to the wrapper of every host.
func (r *playRun) question(ctx context.Context, answers []dispatch.Answer) error {
	indexes := make([]int, 0, len(r.jobs))
	for i, j := range r.jobs {
		then := asks(j.verb)
		if j.verb == verbCut {
			then = cuts(r.x.fenceOf(j.task))
		}
		if j.verb == VerbProbe && !wrapped(j.task) {
			indexes = append(indexes, i)
			if err := r.askVersions(i); err != nil {
				return &refusal{code: dispatch.Malformed, err: err}
			}
			continue
		}
		if err := r.write(i, then); err != nil {
			return err
		}
		indexes = append(indexes, i)
	}
	return r.scripts(ctx, indexes, func(i int, out string) bool {
		if j := r.jobs[i]; j.verb == VerbProbe && !wrapped(j.task) {
			answers[i] = r.installed(j.task, out)
			return true
		}
		return r.read(i, out, answers)
	})
}

// fenceOf is the fence below which nobody runs a playbook any more: the lease's, and one
// more where this process itself did and does not.
func (x *Ansible) fenceOf(t dispatch.Task) int64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	if running, known := x.hand[t.Key]; known && !running {
		return t.Fence + 1
	}
	return t.Fence
}

func (r *playRun) write(i int, then string) error {
	text, err := r.x.script(r.jobs[i].task, then)
	if err != nil {
		return &refusal{code: dispatch.Malformed, err: err}
	}
	return os.WriteFile(r.scriptFile(i), []byte(text), 0o600)
}

func (r *playRun) askVersions(i int) error {
	text, err := versions(r.jobs[i].task)
	return errors.Join(err, os.WriteFile(r.scriptFile(i), []byte(text), 0o600))
}

// read takes an answer of a wrapper in, if it is a whole one.
func (r *playRun) read(i int, out string, answers []dispatch.Answer) bool {
	j := r.jobs[i]
	a, printed, err := ReadAnswer(strings.NewReader(out), j.task, j.verb, j.at)
	if err != nil {
		j.said = "no answer of the wrapper"
		return false
	}
	answers[i] = Keep(a, printed, r.x.o.Sink, r.x.seen.of(j.task.Client))
	return true
}

// play runs the playbook, with the wrapper around it where it is wanted.
func (r *playRun) play(ctx context.Context, answers []dispatch.Answer) error {
	tree, err := r.x.o.Tree()
	if err != nil {
		return err
	}
	if err := os.Mkdir(r.file("tree"), 0o700); err != nil {
		return err
	}
	playbook, err := r.materialise(tree, r.jobs[0].task.Target.Playbook)
	if err != nil {
		return &refusal{code: dispatch.Malformed, err: err}
	}
	began := r.x.o.Now()
	if err := r.first(ctx, playbook, answers); err != nil {
		return err
	}
	var ended []int
	for i, j := range r.jobs {
		switch {
		case answers[i].State != "":
		case !wrapped(j.task):
			answers[i] = r.alone(j, began)
		case j.begun && j.play != unknown:
			if err := r.write(i, tells(j.play.exit())); err != nil {
				return err
			}
			ended = append(ended, i)
		}
	}
	if len(ended) == 0 {
		return nil
	}
	return r.scripts(ctx, ended, func(i int, out string) bool {
		if !r.read(i, out, answers) {
			return false
		}
		if a := &answers[i]; a.State == dispatch.Refused || a.State == dispatch.Absent {
			a.State, a.Outcome = dispatch.Unreachable, nil // the playbook ran all the same
		}
		if o := answers[i].Outcome; o != nil && o.Step == dispatch.Installs && o.Why == "" {
			o.Why = r.x.seen.of(r.jobs[i].task.Client).String(r.jobs[i].said)
		}
		return true
	})
}

// first is the run with the playbook in it, after the wrapper's first half.
func (r *playRun) first(ctx context.Context, playbook string, answers []dispatch.Answer) error {
	before := []int{}
	for i, j := range r.jobs {
		if wrapped(j.task) {
			if err := r.write(i, holds); err != nil {
				return err
			}
			before = append(before, i)
		} else {
			j.begun = true
		}
	}
	return r.ansible(ctx, before, playbook, func(i int, out string) bool {
		j := r.jobs[i]
		for line := range strings.SplitSeq(out, "\n") {
			name, is := strings.CutPrefix(line, "step ")
			if is && stepName.MatchString(name) && j.at != nil {
				j.at(name)
			}
			if j.begun = j.begun || line == "step "+dispatch.Installs; j.begun {
				return true
			}
		}
		return r.read(i, out, answers)
	})
}

// scripts runs the scripts of these jobs and nothing else.
func (r *playRun) scripts(ctx context.Context, indexes []int, each func(int, string) bool) error {
	return r.ansible(ctx, indexes, "", each)
}

// alone is the outcome of a playbook without a wrapper, as Ansible tells it.
func (r *playRun) alone(j *job, began time.Time) dispatch.Answer {
	now := r.x.o.Now()
	if j.play == unknown {
		return unreachable(j.task.Key, errors.New(first(j.said, "ansible did not say how the playbook ended")))
	}
	o := &dispatch.Outcome{
		Result: dispatch.Succeeded, Began: began.Unix(), Ended: now.Unix(),
		Steps: []dispatch.StepOutcome{{Name: dispatch.Installs, Exit: int64(j.play.exit()), Millis: now.Sub(began).Milliseconds()}},
	}
	if j.play != done {
		o.Result, o.Step, o.Exit = dispatch.Failed, dispatch.Installs, int64(j.play.exit())
		o.Why = r.x.seen.of(j.task.Client).String(j.said)
	}
	o.Overrun = j.task.StopBy > 0 && o.Ended > j.task.StopBy
	return dispatch.Answer{State: dispatch.Finished, Outcome: o}
}

// installed answers a probe by what is installed: all exactly as asked, or nobody knows.
func (r *playRun) installed(t dispatch.Task, out string) dispatch.Answer {
	o := &dispatch.Outcome{Result: dispatch.Succeeded, Ended: r.x.o.Now().Unix()}
	for line := range strings.SplitSeq(out, "\n") {
		if f := strings.Fields(line); len(f) == 3 && packaged.MatchString(f[0]) {
			o.Facts = append(o.Facts, dispatch.Fact{Name: "package", Subject: f[0], Value: Escape(clip(f[1], 200)), State: Escape(clip(f[2], 10))})
		}
	}
	for _, p := range t.Packages {
		found := false
		for _, f := range o.Facts {
			found = found || f.Subject == p.Name && f.Value == p.Version && dispatch.InOrder(f.State)
		}
		if !found {
			return dispatch.Answer{State: dispatch.Interrupted, Text: fmt.Sprintf("%s %s is not installed", p.Name, p.Version)}
		}
	}
	if len(t.Packages) == 0 {
		return dispatch.Answer{State: dispatch.Interrupted, Text: "there is no package to ask for"}
	}
	return dispatch.Answer{State: dispatch.Finished, Outcome: o}
}
