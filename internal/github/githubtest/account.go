package githubtest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// authenticate finds out who asks: with the test's token, or as the app or its
// installation.
func (c *call) authenticate() error {
	scheme, token, _ := strings.Cut(c.Header.Get("Authorization"), " ")
	if scheme != "Bearer" {
		return refuse{401, "Requires authentication"}
	}
	asApp := strings.HasPrefix(c.URL.Path, "/api/v3/app") || strings.HasSuffix(c.URL.Path, "/installation")
	if asApp {
		c.app = true
		return c.f.proof(token)
	}
	expires, made := c.f.tokens[token]
	switch {
	case made && c.f.now().Before(expires):
		return nil
	case made:
		return refuse{401, "Bad credentials: the token expired"}
	case token == Token && c.f.app == nil:
		return nil
	}
	return refuse{401, "Bad credentials"}
}

// proof checks a token that the app signed itself.
func (f *Forge) proof(token string) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || f.app == nil {
		return refuse{401, "A JSON web token could not be decoded"}
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || rsa.VerifyPKCS1v15(f.app, crypto.SHA256, sum[:], signature) != nil {
		return refuse{401, "the token's signature does not hold"}
	}
	var claims struct {
		Issued  int64  `json:"iat"`
		Expires int64  `json:"exp"`
		Issuer  string `json:"iss"`
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		err = json.Unmarshal(b, &claims)
	}
	now := f.now().Unix()
	if err != nil || claims.Issuer != strconv.Itoa(AppID) || claims.Issued > now || claims.Expires <= now || claims.Expires > now+600 {
		return refuse{401, "the token's claims do not hold"}
	}
	return nil
}

// App makes the forge want an app's proofs; it has these permissions.
func (f *Forge) App(key *rsa.PublicKey, permissions map[string]string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.app, f.granted = key, permissions
}

// EndTokens ends all tokens of the installation before their time.
func (f *Forge) EndTokens() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.tokens)
}

// Role of the credential on the repository: read, write, maintain or admin.
// Scopes are those of a classic token.
func (f *Forge) Role(role, scopes string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.role, f.scopes = role, scopes
}

// Personal makes the token a person's, who may make no check runs.
func (f *Forge) Personal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.personal = true
}

// Rename gives the repository another name; the old one leads to it.
func (f *Forge) Rename(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.names = append(f.names, name)
}

func (f *Forge) user(id int64) any {
	if id == 0 {
		return nil
	}
	login := f.users[id]
	if login == "" {
		login = fmt.Sprintf("user%d", id)
	}
	kind := "User"
	if strings.HasSuffix(login, "[bot]") {
		kind = "Bot"
	}
	return f.spec.fill("simple-user", object{"id": id, "login": login, "type": kind})
}

// User names an account and the address of its commits.
func (f *Forge) User(id int64, login, email string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.users[id] = login
	if email != "" {
		f.emails[email] = id
	}
}

func getApp(c *call) (int, any, error) {
	return 200, c.f.spec.fill("integration", object{"id": AppID, "slug": "github-actions", "name": "patchops"}), nil
}

func getUser(c *call) (int, any, error) {
	if c.f.app != nil {
		return 0, nil, refuse{403, "Resource not accessible by integration"}
	}
	return 200, c.f.spec.fill("public-user", object{"id": BotID, "login": c.f.users[BotID], "user_view_type": "public"}), nil
}

func getNamed(c *call) (int, any, error) {
	for id, login := range c.f.users {
		if login == c.vars["username"] {
			return 200, c.f.spec.fill("public-user", object{"id": id, "login": login, "user_view_type": "public"}), nil
		}
	}
	return 0, nil, refuse{404, "Not Found"}
}

func (c *call) repository(id int64) object {
	name := c.f.name()
	if id != ID && id != 0 {
		name = "somebody/fork"
	}
	owner, repo, _ := strings.Cut(name, "/")
	return object{"id": max(id, ID*btoi(id == 0)), "full_name": name, "name": repo, "owner": object{"login": owner}, "default_branch": "main"}
}

func btoi(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func getRepository(c *call) (int, any, error) {
	if c.vars["owner"] != "" && c.vars["owner"]+"/"+c.vars["repo"] != c.f.name() {
		return 0, nil, refuse{404, "Not Found"}
	}
	r := c.repository(ID)
	role := c.f.role
	r["permissions"] = object{"admin": role == "admin", "maintain": role == "admin" || role == "maintain", "push": role != "read", "pull": true, "triage": true}
	if c.f.scopes != "" {
		c.header.Set("X-OAuth-Scopes", c.f.scopes)
	}
	return 200, c.f.spec.fill("full-repository", r), nil
}

func getInstallation(c *call) (int, any, error) {
	return 200, c.f.spec.fill("installation", object{"id": 77, "app_id": AppID, "permissions": anyMap(c.f.granted), "account": c.f.user(BotID)}), nil
}

func anyMap(m map[string]string) object {
	out := object{}
	for name, value := range m {
		out[name] = value
	}
	return out
}

// makeToken gives what is asked for, never more than the app has.
func makeToken(c *call) (int, any, error) {
	got := object{"metadata": "read"}
	asked, _ := c.body["permissions"].(object)
	for name, level := range asked {
		have := c.f.granted[name]
		if have == "" || have == "read" && level == "write" {
			return 0, nil, refuse{422, "The permissions requested are not granted to this installation."}
		}
		got[name] = level
	}
	token := fmt.Sprintf("ghs_%d", c.f.id())
	expires := c.f.now().Add(time.Hour)
	c.f.tokens[token] = expires
	repository := c.f.spec.fill("repository", c.repository(ID))
	return 201, object{
		"token": token, "expires_at": instant(expires), "permissions": got, "repository_selection": "selected", "repositories": []any{repository},
	}, nil
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }
