package executor

import (
	"slices"
	"sync"
)

// learned are the credentials that were opened, by client: hosts of a client may print
// what was given for it, and nothing of another's is ever near them.
type learned struct {
	mu        sync.Mutex
	values    map[string][]string
	redactors map[string]*Redactor
}

func (l *learned) add(client string, value []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(value) == 0 || slices.Contains(l.values[client], string(value)) {
		return
	}
	if l.values == nil {
		l.values, l.redactors = map[string][]string{}, map[string]*Redactor{}
	}
	l.values[client] = append(l.values[client], string(value))
	l.redactors[client] = NewRedactor(l.values[client]...)
}

func (l *learned) of(client string) *Redactor {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.redactors[client]
}
