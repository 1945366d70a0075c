package controller

import (
	"slices"
	"strings"
)

// shut is the branch because of which a client's log cannot be made, "" none: Git
// has no branch below another. Anybody can make one; somebody must remove it. Or it is
// the log's own, at a commit that Git does not take.
func (c *Controller) shut(v *View, client string) string {
	log, there := v.newest(client, v.time())
	if there != nil {
		if _, bad := v.unread[there.branch]; bad {
			return there.branch
		}
		return ""
	}
	branch := log.Name.Branch(c.looker.logs.prefix)
	for other := range v.branches {
		if strings.HasPrefix(other, branch+"/") || strings.HasPrefix(branch, other+"/") {
			return other
		}
	}
	return ""
}

// writable are the entries whose logs there are, or can be: the others wait, and
// nobody waits for them.
func (c *Controller) writable(v *View, entries []entry) []entry {
	known := map[string]string{}
	return slices.DeleteFunc(slices.Clone(entries), func(e entry) bool {
		return slices.ContainsFunc(e.clients, func(client string) bool {
			other, seen := known[client]
			if !seen {
				other = c.shut(v, client)
				known[client] = other
			}
			if other != "" {
				c.report.problem("nothing about client %s can be recorded: branch %s is in the way of its log, or cannot be read: remove it, or what is wrong there", client, other)
			}
			return other != ""
		})
	})
}
