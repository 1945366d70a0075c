package executor

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// mostSessions is how many questions share one connection. sshd refuses the eleventh
// session (MaxSessions), and one that has ended counts until it has said so.
const mostSessions = 5

// connection is one that questions, or connections to hosts behind it, share. One that
// is given up takes no more of them, and ends with the last that it has.
type connection struct {
	client *ssh.Client
	most   int // sessions at once

	mu       sync.Mutex
	uses     int
	sessions int
	over     bool
	full     bool // the host took fewer sessions than there were to be
}

// use counts one more user, and says whether it may be one.
func (c *connection) use(session bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over || session && c.sessions >= c.most {
		return false
	}
	c.uses++
	if session {
		c.sessions++
	}
	return true
}

// done takes a user back.
func (c *connection) done(session bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.uses--
	if session {
		c.sessions--
	}
	c.closeUnused()
}

// giveUp keeps new users away: the host holds back an answer, or takes no more sessions.
func (c *connection) giveUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	c.closeUnused()
}

// session opens a channel. sshd may refuse it because of one that has just ended, and
// takes it a moment later.
func (c *connection) session(ctx context.Context) (*ssh.Session, error) {
	for patience := 10 * time.Millisecond; ; patience *= 4 {
		session, err := c.client.NewSession()
		if _, refused := errors.AsType[*ssh.OpenChannelError](err); !refused {
			return session, err
		} else if patience > time.Second {
			c.refused()
			return nil, err
		}
		if wait(ctx, patience) != nil {
			return nil, err
		}
	}
}

// refused notes that the host takes no more sessions.
func (c *connection) refused() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.full = true
}

// next is how many sessions the connection after this one may have: where a host took fewer
// than there were to be, each question has its own, and two that were refused do not meet again.
func (c *connection) next() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.full {
		return 1
	}
	return c.most
}

func (c *connection) closeUnused() {
	if c.over && c.uses == 0 {
		_ = c.client.Close()
	}
}
