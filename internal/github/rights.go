package github

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/change"
)

// repository is what of the forge's answer counts.
type repository struct {
	ID          int64
	FullName    string          `json:"full_name"`
	Permissions map[string]bool // of the account that asks
	scopes      string          // of a classic token
}

func (c *Client) repository(ctx context.Context) (repository, error) {
	var r repository
	header, err := c.fetch(ctx, c.in(""), nil, &r)
	if errors.Is(err, change.ErrDenied) && status(err) == 404 {
		return r, fmt.Errorf("%w (gone, renamed by somebody else, or not shown to this credential)", err)
	}
	if err != nil {
		return r, err
	}
	if r.ID <= 0 || !repositoryName.MatchString(r.FullName) {
		return r, disagree("repository %q has the id %d", printable(r.FullName), r.ID)
	}
	r.scopes = header.Get("X-Oauth-Scopes")
	return r, nil
}

// scopes of classic tokens that are no wider than needed.
var scopes = strings.Fields("repo public_repo repo:status workflow read:org read:user user:email")

// rights refuses a token that can do more than merge: who is admin can switch
// off what protects main (R55).
func (r repository) rights() error {
	for _, role := range []string{"admin", "maintain"} {
		if r.Permissions[role] {
			return fmt.Errorf("github: the credential has the role %s on %s, wanted at most write: use an app, a workflow's token or another account: %w",
				role, r.FullName, change.ErrDenied)
		}
	}
	for scope := range strings.SplitSeq(r.scopes, ",") {
		if scope = strings.TrimSpace(scope); scope != "" && !slices.Contains(scopes, scope) {
			return fmt.Errorf("github: the token has the scope %q, wanted none beyond %s: %w", printable(scope), strings.Join(scopes, ", "), change.ErrDenied)
		}
	}
	return nil
}

// permissions of the app, the most that it may have; write includes read.
var permissions = map[string]string{
	"metadata": "read", "contents": "write", "pull_requests": "write", "checks": "write",
	"statuses": "read", "issues": "write", "workflows": "write", "actions": "read",
}

// asked is what a token is asked for: what Show and Merge use. Without workflows
// where the app has it not.
var asked = map[string]string{
	"metadata": "read", "contents": "write", "pull_requests": "write", "checks": "write", "statuses": "read",
}

// notWider refuses rights beyond permissions.
func notWider(have map[string]string) error {
	rank := func(level string) int { return slices.Index([]string{"", "read", "write"}, level) }
	for _, name := range sortedKeys(have) {
		level := have[name]
		if got := rank(level); got < 0 || got > rank(permissions[name]) {
			wanted := permissions[name]
			if wanted == "" {
				wanted = "none"
			}
			return fmt.Errorf("github: the app has %s: %s, wanted at most %s: %w", printable(name), printable(level), wanted, change.ErrDenied)
		}
	}
	return nil
}
