package git

import (
	"fmt"
	"net"
	neturl "net/url"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-git/v5/plumbing/format/config"
)

var (
	hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)
	userName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._+-]*$`)
	scpLike  = regexp.MustCompile(`^(?:([^/@:]*)@)?([^/@:]*):(.*)$`)
)

// errURL tells what is wrong with an address and never the address: it may hold
// a secret (R54, E20).
func errURL(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrURL, fmt.Sprintf(format, args...))
}

// CheckURL judges the address of a remote (R37): https, ssh (as a URL or as
// user@host:path), a local path; plain http and git:// to this machine only. Of
// user-info, an ssh user is allowed and nothing else. Its errors are ErrURL and
// do not repeat the address.
func CheckURL(url string) error {
	switch {
	case url == "":
		return errURL("an empty address, wanted https, ssh or a path")
	case len(url) > 2048:
		return errURL("an address of %d bytes, wanted at most 2048", len(url))
	case strings.HasPrefix(url, "-"):
		return errURL("an address that starts with \"-\"")
	case strings.ContainsFunc(url, invisible) || strings.ContainsAny(url, "\\\"`;|<>\n"):
		return errURL("an address with a character that no address needs")
	case strings.Contains(url, "::"):
		return checkBrackets(url)
	case strings.Contains(url, "://"):
		return checkURL(url)
	case filepath.IsAbs(url):
	case scpLike.MatchString(url) && !strings.HasPrefix(url, "."):
		m := scpLike.FindStringSubmatch(url)
		return checkSSH(m[1], m[2], m[3], strings.Contains(url, "@"))
	}
	return nil // a path
}

// checkBrackets lets "::" stand in an IPv6 address only: elsewhere it names a
// program to run.
func checkBrackets(url string) error {
	if u, err := neturl.Parse(url); err == nil && u.Host != "" && net.ParseIP(u.Hostname()) != nil {
		return checkURL(url)
	}
	return errURL("an address with \"::\", which names a remote helper")
}

func checkURL(url string) error {
	u, err := neturl.Parse(url)
	if err != nil {
		return errURL("an address that is no URL")
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return errURL("a %s address with a query or fragment", u.Scheme)
	}
	host := u.Hostname()
	password := false
	if u.User != nil {
		_, password = u.User.Password()
	}
	switch u.Scheme {
	case "ssh":
		if password {
			return errURL("a password in the address; use a key")
		}
		return checkSSH(u.User.Username(), host, strings.TrimPrefix(u.Path, "/"), u.User != nil)
	case "https":
	case "http", "git":
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return errURL("%s to another machine, wanted https or ssh", u.Scheme)
		}
	case "file":
		if host != "" || u.User != nil || !filepath.IsAbs(u.Path) {
			return errURL("a file address with a host or without an absolute path")
		}
		return nil
	default:
		return errURL("scheme %q, wanted https or ssh", u.Scheme)
	}
	if u.User != nil {
		return errURL("a user or password in the address; use a credential helper")
	}
	return checkHost(host)
}

func checkSSH(user, host, path string, named bool) error {
	if named && !userName.MatchString(user) {
		return errURL("a user name that ssh could take for something else")
	}
	if path == "" || strings.HasPrefix(path, "-") {
		return errURL("an ssh address without a path, or with one that starts with \"-\"")
	}
	return checkHost(host)
}

func checkHost(host string) error {
	if !hostName.MatchString(host) && net.ParseIP(host) == nil {
		return errURL("host %q, wanted letters, digits, dots and hyphens", host)
	}
	return nil
}

// scheme is "https", "ssh", "http", "git" or "file", of an address that passed
// CheckURL.
func scheme(url string) string {
	if s, _, ok := strings.Cut(url, "://"); ok {
		return s
	}
	if filepath.IsAbs(url) {
		return "file"
	}
	return "ssh"
}

// absolute makes a relative path one from dir, as git reads it in a clone.
func absolute(url, dir string) string {
	if strings.Contains(url, "://") || filepath.IsAbs(url) || scpLike.MatchString(url) && !strings.HasPrefix(url, ".") {
		return url
	}
	return filepath.Join(dir, url)
}

// configured reads from the clone's own configuration the remote's addresses and
// the headers for its host, which is how a CI checkout keeps its token. Nothing
// else is taken from there, and no value of these is a command.
func (c *Clone) configured(files billy.Filesystem) error {
	parsed, err := readConfig(files)
	if err != nil {
		return err
	}
	s := parsed.Section("remote").Subsection(c.remote)
	if c.url = s.Option("url"); c.url == "" {
		return fmt.Errorf("%w: %w named %q", ErrURL, ErrNoRemote, c.remote)
	}
	if c.push = s.Option("pushurl"); c.push == "" {
		c.push = c.url
	}
	for _, url := range []*string{&c.url, &c.push} {
		if err := CheckURL(*url); err != nil {
			return fmt.Errorf("remote %q: %w", c.remote, err)
		}
		*url = absolute(*url, c.dir)
	}
	c.header = own(headers(parsed, c.url))
	return nil
}

func readConfig(files billy.Filesystem) (*config.Config, error) {
	c := config.New()
	f, err := files.Open("config")
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	defer func() { _ = f.Close() }()
	if err := config.NewDecoder(f).Decode(c); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	return c, nil
}
