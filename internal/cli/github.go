package cli

import (
	"context"
	"encoding/base64"
	"errors"
	"io/fs"
	"net/url"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/controller"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/github"
	"github.com/patchops/patchops/internal/trust"
)

// Credentials of GitHub come from the environment, never from the repository.
const (
	tokenVariable = "GITHUB_TOKEN"     //nolint:gosec // a name, no secret
	appVariable   = "PATCHOPS_APP"     // the app's number
	keyVariable   = "PATCHOPS_APP_KEY" // its private key, PEM, or a file that holds it

	apiVariable    = "GITHUB_API_URL" // set in GitHub's workflows; for trust init only
	serverVariable = "GITHUB_SERVER_URL"
	publicHost     = "github.com"
)

// forge is where the changes of a repository are proposed, nil for plain Git.
// With write the credential may have no wider rights than merging needs. Where
// the clone was fetched without the heads of pull requests, they are now.
func (a *app) forge(ctx context.Context, e *authorityEnv, write bool) (controller.Forge, error) {
	if e.trust == nil || e.trust.Forge.Type != "github" {
		return nil, nil //nolint:nilnil // the controller's plain Git
	}
	if e.offline {
		return nil, usage("--offline: the pull requests and reviews of %s are on GitHub", e.trust.Forge.Repository)
	}
	options, err := a.githubOptions(e.trust.Forge)
	if err != nil {
		return nil, err
	}
	options.Target, options.Remote, options.Write = e.target, e.remote, write
	client, err := github.New(ctx, options)
	if err != nil {
		return nil, err
	}
	return client, e.clone.Fetch(ctx, client.Refspecs()...)
}

// identified asks the forge for the numbers that `trust init` writes down, where
// the command line leaves them out. The forge's word is taken once, here: look at
// what trust show prints.
func (a *app) identified(ctx context.Context, forge trust.Forge) (trust.Forge, error) {
	if forge.API == "" {
		forge.API = a.env.Getenv(apiVariable)
	}
	options, err := a.githubOptions(forge)
	if err != nil {
		return forge, err
	}
	found, err := github.Identify(ctx, options)
	if err != nil {
		return forge, err
	}
	forge.Repository = found.Repository
	for _, number := range []struct {
		into  *int64
		found int64
	}{{&forge.ID, found.ID}, {&forge.App, found.App}, {&forge.Bot, found.Bot}} {
		if *number.into == 0 {
			*number.into = number.found
		}
	}
	return forge, nil
}

// authorise gives fetches and pushes over https the forge's credential, where the
// environment has one and the remote lies on that forge: github.com, or the server
// that a workflow runs on. Without, Git's own credentials count.
func (a *app) authorise(clone *git.Clone) {
	forge, ok := forgeOfRemote(clone.URL(), a.env.Getenv(serverVariable))
	if !ok {
		return
	}
	options, err := a.githubOptions(forge)
	if err != nil {
		return // none, or an unusable one: forge says so, where it matters
	}
	token := github.Credential(options)
	clone.Authorize(func(ctx context.Context) (string, error) {
		secret, err := token(ctx)
		if err != nil {
			return "", err
		}
		return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("x-access-token:"+secret)), nil
	})
}

// forgeOfRemote is the forge that a remote over https lies on, which alone may see
// the credential.
func forgeOfRemote(remote, server string) (trust.Forge, bool) {
	u, err := url.Parse(remote)
	if err != nil || u.Scheme != "https" || u.User != nil {
		return trust.Forge{}, false
	}
	forge := trust.Forge{Repository: strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git")}
	if u.Host == publicHost {
		return forge, true
	}
	own, err := url.Parse(server)
	forge.API = "https://" + u.Host
	return forge, err == nil && own.Scheme == "https" && own.Host == u.Host
}

func (a *app) githubOptions(forge trust.Forge) (github.Options, error) {
	o := github.Options{
		API: forge.API, Repository: forge.Repository, ID: forge.ID, App: forge.App, Bot: forge.Bot,
		Token: a.env.Getenv(tokenVariable), Now: a.env.Now,
	}
	id, key := a.env.Getenv(appVariable), a.env.Getenv(keyVariable)
	if id == "" && key == "" {
		if o.Token == "" {
			return o, usage("GitHub needs a credential: set %s, or %s and %s", tokenVariable, appVariable, keyVariable)
		}
		return o, nil
	}
	var err error
	if o.AppAuth, err = strconv.ParseInt(id, 10, 64); err != nil || o.AppAuth <= 0 || key == "" {
		return o, usage("wanted the app's number in %s, and its private key or a file with it in %s", appVariable, keyVariable)
	}
	o.Token, o.Key = "", []byte(key) // the app's rights are less than a person's
	if strings.Contains(key, "-----BEGIN") {
		return o, nil
	}
	if o.Key, err = readOwn(a.absolute(key), 0o077); errors.Is(err, fs.ErrNotExist) {
		return o, usage("%s is no key in PEM and no file", keyVariable)
	}
	return o, err
}
