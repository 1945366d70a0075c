package controller

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/progress"
)

// declared is since when files hold the bytes that they hold, by the authorised tips:
// what was recorded of a host before somebody wrote down what is on it is the older word.
type declared struct {
	at    map[string]int64
	tips  []string // of the history that at was read from
	first int      // at knows what came with tips[first] and later ones
}

// reach reads what came with each tip since oldest that was not read yet.
func (d *declared) reach(tips []string, since []int64, oldest int64, changes func(from, to string) ([]git.Changed, error)) error {
	if len(d.tips) > len(tips) || !slices.Equal(d.tips, tips[:len(d.tips)]) {
		*d = declared{}
	}
	if d.at == nil {
		d.at, d.tips, d.first = map[string]int64{}, tips, len(tips)
	}
	read := func(i int) error {
		files, err := changes(tips[i-1], tips[i])
		for _, f := range files {
			d.at[f.Path] = max(d.at[f.Path], since[i])
		}
		return err
	}
	for i := len(d.tips); i < len(tips); i++ {
		if err := read(i); err != nil {
			return err
		}
		d.tips = tips[:i+1]
	}
	for d.first > 1 && since[d.first-1] > oldest {
		if err := read(d.first - 1); err != nil {
			return err
		}
		d.first--
	}
	return nil
}

// declarer knows since when a file of the authorised tip says what it says, 0 for longer
// than any fact is known; the pipeline's judge is one.
type declarer interface {
	Declared(tips []string, since []int64, oldest int64) (func(file string) int64, error)
}

// Declared implements declarer.
func (j *pipelineJudge) Declared(tips []string, since []int64, oldest int64) (func(string) int64, error) {
	if err := j.declared.reach(tips, since, oldest, j.store.repository.Differ().Changes); err != nil {
		return nil, fmt.Errorf("since when files are as they are: %w", err)
	}
	prefix := ""
	if j.prefix != "" {
		prefix = strings.TrimSuffix(j.prefix, "/") + "/"
	}
	return func(file string) int64 { return j.declared.at[prefix+file] }, nil
}

// since is who is asked since when files say what they say; nil without facts.
func (v *View) since(s *progress.State) (func(string) int64, error) {
	d, ok := v.judge.(declarer)
	if !ok || s == nil || len(s.FactsAt) == 0 {
		return nil, nil
	}
	oldest := v.now.Unix()
	for _, at := range s.FactsAt {
		oldest = min(oldest, at)
	}
	return d.Declared(v.State.Tips, v.State.Since, oldest)
}
