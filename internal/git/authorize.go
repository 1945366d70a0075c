package git

import (
	"context"
	"fmt"
	neturl "net/url"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/config"
)

// URL is the remote's address as it is fetched from; a path is absolute.
func (c *Clone) URL() string { return c.url }

// Authorize makes each talk with a remote over https send what header returns
// ("Authorization: Basic ..."; "" sends nothing), in place of what the clone's
// configuration says. It goes to the host of URL only, for a redirect is not
// followed, and into no error. It must be called before the clone is shared.
func (c *Clone) Authorize(header func(ctx context.Context) (string, error)) {
	c.header = func(ctx context.Context) ([]string, error) {
		h, err := header(ctx)
		if h == "" || err != nil {
			return nil, err
		}
		return []string{h}, nil
	}
}

// own are the headers of the clone's own configuration, if there are any.
func own(headers []string) func(context.Context) ([]string, error) {
	return func(context.Context) ([]string, error) { return headers, nil }
}

// sent are the settings that make git send the headers to the remote's host.
func (c *Clone) sent(ctx context.Context) ([][2]string, error) {
	u, err := neturl.Parse(c.url)
	if c.header == nil || err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, nil //nolint:nilerr // an address like user@host:path is no URL
	}
	all, err := c.header(ctx)
	if err != nil {
		return nil, fmt.Errorf("authorize: %w", err)
	}
	out := make([][2]string, 0, len(all))
	for _, h := range all {
		if strings.ContainsAny(h, "\r\n\x00") {
			return nil, fmt.Errorf("authorize: a header of several lines")
		}
		out = append(out, [2]string{"http." + u.Scheme + "://" + u.Host + "/.extraHeader", h})
	}
	return out, nil
}

// headers are http.<address>.extraHeader for the remote's own host, over https.
func headers(parsed *config.Config, url string) []string {
	remote, err := neturl.Parse(url)
	if err != nil || remote.Scheme != "https" {
		return nil
	}
	var out []string
	for _, s := range parsed.Section("http").Subsections {
		if u, err := neturl.Parse(s.Name); err != nil || u.Scheme != "https" || u.Host != remote.Host || strings.Trim(u.Path, "/") != "" {
			continue
		}
		for _, h := range s.OptionAll("extraheader") {
			if !strings.ContainsAny(h, "\r\n") {
				out = append(out, h)
			}
		}
	}
	return out
}
