package controller

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/resultlog"
)

// Seen is what this machine saw last, so that whoever rewinds main or a log, or
// shows it an old state, is found out (R39, R56).
type Seen struct {
	Main string             `json:"main"`
	Logs map[string]SeenLog `json:"logs"` // by branch
}

// SeenLog is one log's tip and signed checkpoint.
type SeenLog struct {
	Tip        string `json:"tip"`
	Checkpoint string `json:"checkpoint"`
}

const seenFile = "seen.json"

// readSeen reads what a state folder remembers; nil where it remembers nothing.
func readSeen(dir string) (*Seen, error) {
	b, err := os.ReadFile(filepath.Join(dir, seenFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var s Seen
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("%s: %w\nwhat this machine saw last cannot be read: look why; to start without it, move the file away", filepath.Join(dir, seenFile), err)
	}
	return &s, nil
}

// write replaces what the state folder remembers: whole and durable, or not at all.
func (s *Seen) write(dir string) error {
	b, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, seenFile+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), filepath.Join(dir, seenFile))
}

// check compares what is there with what was seen. All that was seen must still
// be there, with more behind it or not.
func (s *Seen) check(store Store, branches map[string]string, main string, logs map[string]*openLog, keys note.Verifiers) error {
	if s == nil {
		return nil
	}
	if err := s.stillIn(store, main, s.Main, branches[main]); err != nil {
		return err
	}
	for branch, old := range s.Logs {
		if err := s.stillIn(store, branch, old.Tip, branches[branch]); err != nil {
			return err
		}
		if l := logs[branch]; l != nil && old.Checkpoint != "" {
			if err := l.log.Consistent([]byte(old.Checkpoint), keys); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Seen) stillIn(store Store, branch, old, tip string) error {
	if old == "" || old == tip {
		return nil
	}
	if tip == "" {
		return fmt.Errorf("%w: branch %s is gone; it was at %s", resultlog.ErrIntegrity, branch, old)
	}
	in, err := store.IsAncestor(old, tip)
	if err != nil {
		return err
	}
	if !in {
		return fmt.Errorf("%w: branch %s was rewound or replaced: it was at %s, and %s does not follow that", resultlog.ErrIntegrity, branch, old, tip)
	}
	return nil
}
