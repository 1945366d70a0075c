package executor

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/dispatch"
)

// maxAnswer bounds what is read of a wrapper's answer, whatever the host sends.
const maxAnswer = 1 << 20

// errNoAnswer says that the connection ended, or carried something else.
var errNoAnswer = errors.New("no answer found, one of the wrapper wanted")

// errTorn says that an answer began and did not come to its end: the task may have begun.
var errTorn = errors.New("an answer without its end found, a whole one wanted")

// Printed is what a host's steps printed: its beginning, its end, and how much in all.
type Printed struct {
	Head, Tail []byte
	Bytes      int64
}

// ReadAnswer reads a wrapper's answer to a task as it comes; at is called for every step that
// begins. What stands before the answer, such as a login message, is skipped. An error means
// that nothing is known: the connection ended, or the host does not speak our language.
func ReadAnswer(r io.Reader, t dispatch.Task, asked string, at func(step string)) (dispatch.Answer, Printed, error) {
	p := parser{answer: dispatch.Answer{Key: t.Key, Asked: asked}, key: t.Key, at: at}
	lines := bufio.NewScanner(io.LimitReader(r, maxAnswer))
	lines.Buffer(make([]byte, 0, 4096), 64<<10)
	for lines.Scan() {
		done, err := p.line(lines.Text())
		if err != nil {
			return dispatch.Answer{}, Printed{}, fmt.Errorf("%w: %w", errTorn, err)
		}
		if done {
			return p.finish()
		}
	}
	if p.begun {
		return dispatch.Answer{}, Printed{}, errTorn
	}
	return dispatch.Answer{}, Printed{}, errNoAnswer
}

type parser struct {
	answer  dispatch.Answer
	outcome dispatch.Outcome
	has     bool // an outcome
	printed Printed
	key     string
	at      func(string)
	begun   bool
	into    *[]byte // base64 goes there
	coded   strings.Builder
	beyond  int64 // bytes between head and tail that the host dropped, and those of the tail
}

// line takes one line in, and reports whether it was the last.
func (p *parser) line(line string) (bool, error) {
	if !p.begun {
		// A login shell may have set the title of a terminal just before, without ending the line.
		p.begun = strings.HasSuffix(line, "patchops-answer 1 "+p.key) || strings.HasSuffix(line, "patchops-answer 1 -")
		return false, nil
	}
	if p.into != nil {
		return false, p.base64(line)
	}
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "end":
		return true, nil
	case "step":
		if p.at != nil && stepName.MatchString(rest) {
			p.at(rest)
		}
	case "head":
		p.into = &p.printed.Head
	case "tail":
		p.into = &p.printed.Tail
	case "time", "highest", "state", "why", "text", "at":
		return false, p.ofAnswer(word, rest)
	default:
		return false, p.ofOutcome(word, rest)
	}
	return false, nil
}

func (p *parser) base64(line string) error {
	if line != "." {
		p.coded.WriteString(line)
		return nil
	}
	b, err := base64.StdEncoding.DecodeString(p.coded.String())
	if err != nil {
		return fmt.Errorf("output that is not base64 found: %w", err)
	}
	*p.into, p.into = b, nil
	p.coded.Reset()
	return nil
}

var states = map[string]dispatch.State{
	"absent": dispatch.Absent, "running": dispatch.Running, "finished": dispatch.Finished,
	"interrupted": dispatch.Interrupted, "refused": dispatch.Refused,
}

var refusals = map[string]bool{
	dispatch.TooLate: true, dispatch.LowerFence: true, dispatch.KnownKey: true, dispatch.Locked: true,
	dispatch.ClockSkew: true, dispatch.Malformed: true, dispatch.Journal: true,
}

func (p *parser) ofAnswer(word, rest string) (err error) {
	a := &p.answer
	switch word {
	case "time":
		a.HostTime, err = whole(rest)
	case "highest":
		a.Highest, err = whole(rest)
	case "state":
		if a.State = states[rest]; a.State == "" {
			err = fmt.Errorf("state %.40q found, one of the wrapper's wanted", rest)
		}
	case "why":
		if a.Why = rest; !refusals[rest] {
			err = fmt.Errorf("refusal %.40q found, one of the wrapper's wanted", rest)
		}
	case "text":
		a.Text = Escape(clip(rest, maxWords))
	case "at":
		if stepName.MatchString(rest) {
			a.At = rest
		}
	}
	return err
}

var results = map[string]bool{dispatch.Succeeded: true, dispatch.Failed: true, dispatch.Stopped: true}

func (p *parser) ofOutcome(word, rest string) (err error) {
	o := &p.outcome
	switch word {
	case "result":
		if o.Result, p.has = rest, true; !results[rest] {
			err = fmt.Errorf("result %.40q found, one of the wrapper's wanted", rest)
		}
	case "failed":
		o.Step = plainOr(rest, "unknown")
	case "exit":
		o.Exit, err = number(rest)
	case "began":
		o.Began, err = whole(rest)
	case "ended":
		o.Ended, err = whole(rest)
	case "boot":
		o.BootID = Escape(clip(rest, 64))
	case "overrun":
		o.Overrun = true
	case "reboot":
		o.Reboot = true
	case "words":
		o.Why = Escape(clip(rest, maxWords))
	case "rest":
		p.beyond, err = whole(rest)
	case "ran", "fact", "before":
		err = p.list(word, strings.Fields(rest))
	default:
		err = fmt.Errorf("line %.40q found, one of the wrapper's wanted", word)
	}
	return err
}

func (p *parser) list(word string, f []string) error {
	o := &p.outcome
	for i := range f {
		if f[i] == "-" {
			f[i] = ""
		}
		f[i] = Escape(clip(f[i], 200))
	}
	switch {
	case word == "ran" && len(f) == 3 && stepName.MatchString(f[0]) && len(o.Steps) < maxSteps:
		code, err := number(f[1])
		ms, err2 := whole(f[2])
		o.Steps = append(o.Steps, dispatch.StepOutcome{Name: f[0], Exit: code, Millis: ms})
		return errors.Join(err, err2)
	case word == "fact" && len(f) == 4:
		o.Facts = append(o.Facts, dispatch.Fact{Name: f[0], Subject: f[1], Value: f[2], State: f[3]})
		return nil
	case word == "before" && len(f) == 2:
		o.Before = append(o.Before, dispatch.Package{Name: f[0], Version: f[1]})
		return nil
	}
	return fmt.Errorf("a line %s with %d fields, or too many such lines, found", word, len(f))
}

func (p *parser) finish() (dispatch.Answer, Printed, error) {
	a := p.answer
	switch {
	case a.State == "", a.State == dispatch.Refused && a.Why == "", a.State == dispatch.Finished && !p.has:
		return dispatch.Answer{}, Printed{}, fmt.Errorf("%w: no state", errTorn)
	}
	// An interrupted task has no outcome but what it noted: what was there before.
	if p.has || a.State == dispatch.Interrupted && len(p.outcome.Before) > 0 {
		p.outcome.Facts = latest(p.outcome.Facts)
		a.Outcome = &p.outcome
	}
	p.printed.Bytes = int64(len(p.printed.Head)) + max(p.beyond, int64(len(p.printed.Tail)))
	return a, p.printed, nil
}

// latest keeps the last of facts about the same.
func latest(facts []dispatch.Fact) []dispatch.Fact {
	type about struct{ name, subject string }
	last := map[about]int{}
	for i, f := range facts {
		last[about{f.Name, f.Subject}] = i
	}
	var out []dispatch.Fact
	for i, f := range facts {
		if last[about{f.Name, f.Subject}] == i {
			out = append(out, f)
		}
	}
	return out
}

// maxWords is read of a host's words; what Keep keeps is less, as a cut may go through a
// secret.
const (
	maxWords  = 4 << 10
	keptWords = 300
)

// maxNumber is more than any clock or counter of a host says, and can be added to.
const maxNumber = 1e15

// number reads what a shell counted.
func number(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > maxNumber || n < -maxNumber {
		return 0, fmt.Errorf("number %.40q found, a decimal one wanted", s)
	}
	return n, nil
}

func whole(s string) (int64, error) {
	n, err := number(s)
	if err == nil && n < 0 {
		err = fmt.Errorf("number %d found, none below 0 wanted", n)
	}
	return n, err
}

// clip keeps the first n bytes.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n]
}

// onTheWay takes a host's word back that its clock is off, if all that is known is that the
// request, sent at sent, took long: answered is when the answer was there.
func onTheWay(a dispatch.Answer, sent, answered int64) dispatch.Answer {
	if a.State == dispatch.Refused && a.Why == dispatch.ClockSkew && sent-10 <= a.HostTime && a.HostTime <= answered+10 {
		a.Why, a.Text = dispatch.TooLate, fmt.Sprintf("the request took up to %d s to reach the host, at most 10 s wanted", answered-sent)
	}
	return a
}
