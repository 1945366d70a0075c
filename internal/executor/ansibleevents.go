package executor

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// verdict is how the playbook ended for one host.
type verdict int

const (
	unknown verdict = iota // no event says
	done
	failed
	untouched // no task of the playbook was for the host
)

// exit is the status that the wrapper's step gets.
func (v verdict) exit() int {
	return map[verdict]int{done: 0, failed: 2, untouched: 3, unknown: 1}[v]
}

// event is a line of ansible.posix.jsonl. What hosts say is in the results only.
type event struct {
	Name string `json:"_event"`
	Task struct {
		Name string `json:"name"`
	} `json:"task"`
	Hosts map[string]result `json:"hosts"`
	Stats map[string]struct {
		Failures    int `json:"failures"`
		Unreachable int `json:"unreachable"`
	} `json:"stats"`
}

type result struct {
	Stdout string          `json:"stdout"`
	Stderr string          `json:"stderr"`
	Msg    json.RawMessage `json:"msg"`
}

// largestEvent bounds one event; the wrapper's answers are below 300 KiB.
const largestEvent = 8 << 20

// listener takes the events of one run in.
type listener struct {
	r    *playRun
	own  string // name of our own task
	each func(i int, out string) bool
	of   map[string]int // by name in the inventory
	seen map[int]bool   // some task of the playbook was for it
}

// listen reads events until there are no more. A line that is none is skipped, one that
// is too long is too.
func (l *listener) listen(out io.Reader) error {
	lines := bufio.NewReaderSize(out, 64<<10)
	for {
		line, err := readLine(lines, largestEvent)
		var e event
		if len(line) > 0 && line[0] == '{' && json.Unmarshal(line, &e) == nil {
			l.take(&e)
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// readLine reads a line; of one that is longer than room, nothing.
func readLine(r *bufio.Reader, room int) ([]byte, error) {
	var line []byte
	for {
		part, more, err := r.ReadLine()
		if len(line)+len(part) <= room {
			line = append(line, part...)
		} else {
			line = nil
			room = -1
		}
		if err != nil || !more {
			return line, err
		}
	}
}

func (l *listener) take(e *event) {
	switch e.Name {
	case "v2_runner_on_ok", "v2_runner_on_failed", "v2_runner_on_unreachable", "v2_runner_on_skipped":
		for host, res := range e.Hosts {
			if i, ours := l.of[host]; ours {
				l.result(i, e, res)
			}
		}
	case "v2_playbook_on_stats":
		l.stats(e)
	}
}

func (l *listener) result(i int, e *event, res result) {
	j := l.r.jobs[i]
	if e.Name == "v2_runner_on_failed" || e.Name == "v2_runner_on_unreachable" {
		j.said = Escape(clip(fmt.Sprintf("%s: %s", e.Task.Name, first(message(res.Msg), res.Stderr)), 300))
	}
	if text := message(res.Msg); e.Name == "v2_runner_on_unreachable" && strings.Contains(text, "Host key verification failed") {
		j.hostKey = first(fingerprint.FindString(text), "unknown")
	}
	switch {
	case e.Task.Name == l.own+clock && e.Name != "v2_runner_on_unreachable":
		return
	case !strings.HasPrefix(e.Task.Name, l.own):
		l.seen[i] = true
		return
	}
	if e.Name == "v2_runner_on_unreachable" || !l.each(i, strings.ReplaceAll(res.Stdout, "\r\n", "\n")) {
		j.play = unknown
	}
}

// fingerprint is how ssh names the key that a host shows.
var fingerprint = regexp.MustCompile(`SHA256:[A-Za-z0-9+/]{43}`)

// message is what a module says, which is a text nearly always.
func message(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return string(raw)
	}
	return s
}

// stats is the last event: hosts that it names are through.
func (l *listener) stats(e *event) {
	for host, s := range e.Stats {
		i, ours := l.of[host]
		if !ours {
			continue
		}
		j := l.r.jobs[i]
		switch {
		case s.Failures > 0 || s.Unreachable > 0:
			j.play = failed
		case l.seen[i]:
			j.play = done
		default:
			j.play = untouched
			j.said = first(j.said, "the playbook has no task for this host")
		}
	}
}
