// Package github is pull requests as changes, by GitHub's REST API: reviews,
// check runs, one comment, merges at an expected head. It wraps go-github, adds
// what that leaves out, and knows no policy.
//
// Everything that comes over the wire is a claim: lists are read to the last page
// or are an error, ids must be those of the root of trust, and an answer that
// does not add up is change.ErrRemote.
package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/patchops/patchops/internal/change"
)

// Options say which repository, as whom, and with which world around.
type Options struct {
	API        string // base URL; "" is github.com's
	Repository string // owner/name: where to look; ID says whether it is the one
	ID         int64  // numeric id of the repository, from the root of trust
	App        int64  // the app whose check runs are ours; 0: not known
	Bot        int64  // our account; 0: asked for when the comment is first shown
	Target     string // branch that changes are merged into
	Remote     string // name of the remote in the clone; "" is origin

	// Credential: a token, or an app's id and its private key (PEM).
	Token   string
	AppAuth int64
	Key     []byte

	// Write allows Show and Merge, and refuses wider rights than these need (R55).
	Write bool

	Now       func() time.Time
	Sleep     func(context.Context, time.Duration) error // nil: really
	Transport http.RoundTripper                          // nil: the default one
	Patience  time.Duration                              // longest wait within one request; 0: a minute
}

// Client is one repository on one forge. It is for one goroutine.
type Client struct {
	api     *github.Client
	trans   *transport
	options Options
	owner   string
	repo    string
	app     *app  // nil: by a token
	bot     int64 // our account, once known
	// personal: the token is a person's, and may make no check runs.
	personal bool
}

// Identity is what `trust init` writes into the root.
type Identity struct {
	Repository string // owner/name as the forge spells it now
	ID         int64
	App        int64 // 0: the token is no app's
	Bot        int64 // 0: the forge does not say
}

var repositoryName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}/[A-Za-z0-9._-]{1,100}$`)

// New checks that the repository is the root's and that the credential has no
// wider rights than it needs.
func New(ctx context.Context, o Options) (*Client, error) {
	if o.ID <= 0 {
		return nil, errors.New("github: the root of trust has no numeric repository id")
	}
	c, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	r, err := c.find(ctx)
	if err != nil {
		return nil, err
	}
	if o.Write {
		if err := r.rights(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// find sees to it that requests go to the repository of the root of trust, however
// it is called by now.
func (c *Client) find(ctx context.Context) (repository, error) {
	r, err := c.repository(ctx)
	if err != nil {
		return r, err
	}
	if r.ID != c.options.ID {
		return r, fmt.Errorf("github: %s/%s has the id %d, wanted the root's %d: %w", c.owner, c.repo, r.ID, c.options.ID, change.ErrDenied)
	}
	c.owner, c.repo, _ = strings.Cut(r.FullName, "/") // renamed or transferred: the same id, another name
	return r, nil
}

// Identify asks the forge for the numbers that name the repository and us.
func Identify(ctx context.Context, o Options) (Identity, error) {
	c, err := connect(ctx, o)
	if err != nil {
		return Identity{}, err
	}
	r, err := c.repository(ctx)
	if err != nil {
		return Identity{}, err
	}
	bot, err := c.account(ctx)
	if err != nil && !errors.Is(err, change.ErrDenied) {
		return Identity{}, err
	}
	return Identity{Repository: r.FullName, ID: r.ID, App: o.AppAuth, Bot: bot}, nil
}

func connect(ctx context.Context, o Options) (*Client, error) {
	if !repositoryName.MatchString(o.Repository) {
		return nil, fmt.Errorf("github: repository %q, wanted owner/name", o.Repository)
	}
	base, err := baseURL(o.API)
	if err != nil {
		return nil, err
	}
	c := &Client{options: o, trans: newTransport(o, base), bot: o.Bot}
	c.owner, c.repo, _ = strings.Cut(o.Repository, "/")
	c.api = github.NewClient(&http.Client{Transport: c.trans, CheckRedirect: c.trans.redirect})
	c.api.BaseURL, c.api.UserAgent = base, "patchops"
	switch {
	case o.Token != "" && o.AppAuth != 0:
		return nil, errors.New("github: a token and an app: wanted one of them")
	case o.AppAuth != 0:
		if err := c.asApp(ctx); err != nil {
			return nil, err
		}
		return c, nil
	case o.Token == "" || strings.ContainsFunc(o.Token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, errors.New("github: no usable token: set GITHUB_TOKEN, or an app's id and key")
	}
	c.trans.authorise = func(context.Context) (string, error) { return "Bearer " + o.Token, nil }
	return c, nil
}

// baseURL is that of the API, ending in a slash. An Enterprise server may be
// named by its host alone. Plain http is for loopback only.
func baseURL(text string) (*url.URL, error) {
	if text == "" {
		text = "https://api.github.com/"
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("github: the API's URL cannot be parsed") // the text may hold a secret (E20)
	}
	host := u.Hostname()
	loopback := host == "localhost" || host == "127.0.0.1" || host == "::1"
	switch {
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("github: the API's URL has a user, query or fragment, wanted none")
	case host == "" || strings.HasPrefix(host, "-"):
		return nil, fmt.Errorf("github: the API's URL names the host %q", host)
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback):
		return nil, fmt.Errorf("github: the API's URL has the scheme %q, wanted https", u.Scheme)
	}
	u.Host, u.Path = hostOf(u), strings.TrimSuffix(u.Path, "/")
	if u.Path == "" && !strings.HasPrefix(strings.ToLower(host), "api.") {
		u.Path = "/api/v3"
	}
	u.Path += "/"
	return u, nil
}

// Refspecs are what to fetch beside all branches: the head of every pull request,
// those from forks too. They lie where no contributor may push a branch.
func (c *Client) Refspecs() []string {
	remote := c.options.Remote
	if remote == "" {
		remote = "origin"
	}
	return []string{"+refs/pull/*/head:refs/remotes/" + remote + "/patchops/pulls/*"}
}

// account is our own numeric id.
func (c *Client) account(ctx context.Context) (int64, error) {
	if c.bot != 0 {
		return c.bot, nil
	}
	path := "user"
	if c.app != nil {
		slug, err := c.app.slug(ctx)
		if err != nil {
			return 0, err
		}
		path = "users/" + url.PathEscape(slug+"[bot]")
	}
	var user struct{ ID int64 }
	err := c.get(ctx, path, nil, &user)
	if err == nil && user.ID <= 0 {
		err = disagree("GET %s: account %d", path, user.ID)
	}
	if err != nil {
		return 0, fmt.Errorf("whose comments are ours (forge.bot of the root may say it): %w", err)
	}
	c.bot = user.ID
	return c.bot, nil
}
