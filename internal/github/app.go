package github

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/patchops/patchops/internal/change"
)

// An app proves itself with a signed token of ten minutes at most, and gets one
// for the installation that lives an hour at most (R55).
const (
	itselfLives = 9 * time.Minute
	renewBefore = 10 * time.Minute
	tokenLives  = time.Hour + 5*time.Minute // with clocks that differ
)

type itselfKey struct{}

// app holds the installation's token and renews it early.
type app struct {
	client *Client
	id     int64
	key    *rsa.PrivateKey

	mu      sync.Mutex
	token   string
	expires time.Time
}

func (c *Client) asApp(ctx context.Context) error {
	key, err := privateKey(c.options.Key)
	if err != nil {
		return err
	}
	a := &app{client: c, id: c.options.AppAuth, key: key}
	c.app, c.trans.authorise, c.trans.forget = a, a.authorise, a.forget
	_, err = a.authorise(ctx)
	return err
}

// privateKey reads PKCS #1 or #8 in PEM.
func privateKey(b []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, errors.New("github: the app's key is no PEM")
	}
	var key *rsa.PrivateKey
	if k, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		key = k
	} else if k, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		key, _ = k.(*rsa.PrivateKey)
	}
	if key == nil || key.N.BitLen() < 2048 {
		return nil, errors.New("github: the app's key is no RSA private key of 2,048 bits or more")
	}
	return key, nil
}

// itself is the app's own proof (RFC 7519, RS256).
func (a *app) itself(now time.Time) (string, error) {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." +
		encode(fmt.Appendf(nil, `{"iat":%d,"exp":%d,"iss":"%d"}`, now.Add(-time.Minute).Unix(), now.Add(itselfLives).Unix(), a.id))
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA256, sum[:])
	if err != nil {
		return "", err
	}
	return text + "." + encode(signature), nil
}

// asItself makes requests as the app instead of its installation.
func (a *app) asItself(ctx context.Context) (context.Context, error) {
	proof, err := a.itself(a.client.trans.now())
	return context.WithValue(ctx, itselfKey{}, "Bearer "+proof), err
}

// authorise gives the header of a request.
func (a *app) authorise(ctx context.Context) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.client.trans.now()
	if a.token == "" || now.After(a.expires.Add(-renewBefore)) {
		self, err := a.asItself(ctx)
		if err != nil {
			return "", err
		}
		if err := a.renew(self, now); err != nil {
			return "", err
		}
	}
	return "Bearer " + a.token, nil
}

// forget drops a token that ended before its time: the app's rights were changed, it
// was suspended for a while, or the clocks differ.
func (a *app) forget() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.token = ""
	return true
}

// renew gets a token for this one repository with what is needed and no more.
func (a *app) renew(ctx context.Context, now time.Time) error {
	c := a.client
	var installation struct {
		ID          int64
		AppID       int64 `json:"app_id"`
		Permissions map[string]string
	}
	if err := c.get(ctx, c.in("/installation"), nil, &installation); err != nil {
		return err
	}
	if installation.AppID != a.id || installation.ID <= 0 {
		return disagree("the installation is of app %d, wanted %d", installation.AppID, a.id)
	}
	if err := notWider(installation.Permissions); err != nil && c.options.Write {
		return err
	}
	want := maps.Clone(asked)
	if level := installation.Permissions["workflows"]; level != "" {
		want["workflows"] = level
	}
	body := map[string]any{"permissions": want, "repositories": []string{c.repo}}
	if c.options.ID != 0 {
		body = map[string]any{"permissions": want, "repository_ids": []int64{c.options.ID}}
	}
	var answer struct {
		Token        string
		Expires      time.Time `json:"expires_at"`
		Permissions  map[string]string
		Repositories []struct{ ID int64 }
	}
	path := fmt.Sprintf("app/installations/%d/access_tokens", installation.ID)
	if err := c.send(ctx, http.MethodPost, path, body, &answer); err != nil {
		return err
	}
	if err := notWider(answer.Permissions); err != nil {
		return err
	}
	for _, r := range answer.Repositories {
		if c.options.ID != 0 && r.ID != c.options.ID || len(answer.Repositories) > 1 {
			return fmt.Errorf("github: the token is for other repositories too: %w", change.ErrDenied)
		}
	}
	if lives := answer.Expires.Sub(now); answer.Token == "" || lives <= 0 || lives > tokenLives {
		return disagree("a token that lives %s, wanted an hour at most", lives)
	}
	a.token, a.expires = answer.Token, answer.Expires
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// slug is the app's name, which its account is called by.
func (a *app) slug(ctx context.Context) (string, error) {
	self, err := a.asItself(ctx)
	if err != nil {
		return "", err
	}
	var answer struct {
		ID   int64
		Slug string
	}
	err = a.client.get(self, "app", nil, &answer)
	if err == nil && (answer.ID != a.id || answer.Slug == "") {
		err = disagree("GET app: %d, wanted %d", answer.ID, a.id)
	}
	return answer.Slug, err
}

// Credential gives the token of the options, for Git over https: an app's is
// renewed before it ends. It may be asked for by several at once.
func Credential(o Options) func(context.Context) (string, error) {
	var c *Client
	var mu sync.Mutex
	return func(ctx context.Context) (string, error) {
		if o.AppAuth == 0 {
			return o.Token, nil
		}
		mu.Lock()
		defer mu.Unlock()
		if c == nil {
			var err error
			if c, err = connect(ctx, o); err != nil {
				return "", err
			}
		}
		header, err := c.app.authorise(ctx)
		return strings.TrimPrefix(header, "Bearer "), err
	}
}
