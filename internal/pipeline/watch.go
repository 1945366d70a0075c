package pipeline

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// ErrUnread says that the limited child made nothing of a CUE document. On a busy machine that
// may be for want of time: what rests on such a document is not known, and may be the next time.
var ErrUnread = errors.New("not evaluated")

// Unread are the CUE files that a watched child made nothing of.
type Unread struct {
	mutex sync.Mutex
	why   map[string]string // by path
}

// Watch has all that a child makes nothing of remembered. Without the documents of such a file
// an effect is another one, and people and rules may be missing: ask Err before that counts.
func Watch(c Child) (Child, *Unread) {
	u := &Unread{why: map[string]string{}}
	return func(job string, shared []byte, items [][]byte) ([]Answer, error) {
		answers, err := c(job, shared, items)
		if job == cueJob {
			for i, a := range answers {
				u.note(items[i], a.Problem)
			}
		}
		return answers, err
	}, u
}

func (u *Unread) note(item []byte, problem string) {
	var in cueItem
	if problem == "" || decode(item, &in) != nil {
		return
	}
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.why[in.Path] = problem
}

// Err names the first of the files; nil where there is none.
func (u *Unread) Err() error {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	for _, path := range slices.Sorted(maps.Keys(u.why)) {
		return fmt.Errorf("%s: %w: the evaluation %s", path, ErrUnread, u.why[path])
	}
	return nil
}
