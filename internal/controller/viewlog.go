package controller

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
)

// Logged are all records of all logs, in the order of each log.
func (v *View) Logged() []progress.Logged {
	var out []progress.Logged
	for _, branch := range slices.Sorted(maps.Keys(v.logs)) {
		l := v.logs[branch]
		for _, r := range l.records {
			out = append(out, progress.Logged{Client: l.log.Name.Client, Record: r})
		}
	}
	return out
}

// Blob reads a large value that a client's log names, such as a schedule.
func (v *View) Blob(client, digest string) ([]byte, error) {
	for _, branch := range slices.Backward(slices.Sorted(maps.Keys(v.logs))) { // the newest year first
		l := v.logs[branch]
		if l.good == "" || l.log.Name.Client != client {
			continue
		}
		files, err := v.store.Files(l.good)
		if err != nil {
			return nil, err
		}
		b, err := resultlog.ReadBlob(files, digest)
		if err == nil {
			return b, nil
		}
	}
	return nil, fmt.Errorf("blob %s of the log of %s: %w", digest, client, fs.ErrNotExist)
}

// Progress folds the logs to how far every rollout is.
func (v *View) Progress() (*progress.State, error) {
	s := progress.Begin()
	if err := s.Apply(v.Logged(), v.Blob); err != nil {
		return nil, err
	}
	return s, nil
}
