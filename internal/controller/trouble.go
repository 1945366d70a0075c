package controller

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/change"
)

const (
	// mostTroubled is how many changes of a tick the forge may fail to answer for;
	// then it is asked about no others.
	mostTroubled = 3
	// mostStrangers is how many changes that nobody known opened are looked at in a
	// tick: each costs requests, of which a forge gives so many an hour.
	mostStrangers = 10
	turn          = 10 * time.Minute // then others of them have theirs
)

// bears reports whether an error is the forge's about one change, which then waits
// for the next tick while the others go on.
func (c *Controller) bears(ch change.Change, err error) bool {
	if !errors.Is(err, ErrRemote) {
		return false
	}
	c.troubled[ch.Name] = err
	c.report.later(ch, firstLine(err))
	return true
}

// later reports whether a change is not asked for in this tick any more.
func (c *Controller) later(ch change.Change) bool {
	err := c.troubled[ch.Name]
	if err == nil && len(c.troubled) > mostTroubled {
		err = fmt.Errorf("%w for %d other changes", ErrRemote, len(c.troubled))
	}
	if err != nil {
		c.report.later(ch, firstLine(err))
	}
	return err != nil
}

// trouble is that of any change, for the exit status.
func (c *Controller) trouble() error {
	for _, err := range c.troubled {
		return err
	}
	return nil
}

// turns puts the changes that Persons opened first, and of the others so many as
// one tick looks at: whoever may open pull requests must not use up what the forge
// answers.
func (c *Controller) turns(v *View, all []change.Change) []change.Change {
	if v.Root.Forge.Type == plainGit || c.Only != "" {
		return all
	}
	known := func(ch change.Change) bool { return v.speaker("", ch.Author) != "" }
	strangers := slices.DeleteFunc(slices.Clone(all), known)
	out := slices.DeleteFunc(slices.Clone(all), func(ch change.Change) bool { return !known(ch) })
	if n := len(strangers); n > mostStrangers {
		first := int(c.report.At.Unix()/int64(turn/time.Second)%int64(n)) * mostStrangers % n
		strangers = slices.Concat(strangers[first:], strangers[:first])
		for _, ch := range strangers[mostStrangers:] {
			c.report.later(ch, fmt.Sprintf("opened by nobody known, like %d others: %d of them have their turn in a tick", n-1, mostStrangers))
		}
		strangers = strangers[:mostStrangers]
	}
	return append(out, strangers...)
}

// tired reports whether a forge failed a decision for so long that it is given up:
// nothing else can land before. If it is merged after all, that is adopted.
func tired(v *View, d *authority.Decision, err error) bool {
	return (errors.Is(err, ErrLater) || errors.Is(err, ErrRemote)) && v.now.Sub(d.At) > patience
}
