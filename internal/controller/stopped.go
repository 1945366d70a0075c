package controller

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/resultlog"
)

// ErrFull says that nothing more can be written down here, so nothing new is begun.
var ErrFull = errors.New("nothing more can be written down here")

// stoppedFile says why the last process stopped, where its journal could not.
const stoppedFile = "stopped"

// stopped writes down why nothing goes on: into the journal, whose reserve has room
// for it, and where that is out of order beside it. Whoever starts next says so in its
// first record.
func (c *Controller) stopped(cause error) error {
	why := fmt.Sprintf("%s: %s", resultlog.Instant(c.Clock.Now()), firstLine(cause))
	b, err := canonical.Marshal(intent{Stop: why})
	if err != nil {
		return err
	}
	c.dirty = true
	err = c.Journal.Stop(b)
	if err != nil && c.State != "" {
		if e := os.WriteFile(filepath.Join(c.State, stoppedFile), []byte(why+"\n"), 0o600); e == nil {
			return nil
		}
	}
	return err
}

// whyStopped is what the last process wrote beside its journal; it is said once.
func (c *Controller) whyStopped() string {
	if c.State == "" {
		return ""
	}
	file := filepath.Join(c.State, stoppedFile)
	b, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	_ = os.Remove(file)
	return cut(strings.TrimSpace(string(b)), 500)
}
