package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/change"
)

const (
	perPage  = 100
	mostPage = 100 // pages of one list; more is an error that names the cap
	rereads  = 3   // of a list that changes while it is read
)

// list is one list of the forge.
type list struct {
	path  string
	query url.Values
	// cursor: pages are not numbered.
	cursor bool
	// unwrap takes the items out of a page that is not an array; nil: it is one. A
	// total that it gives must be the number of items in the end.
	unwrap func(page json.RawMessage) (items []json.RawMessage, total int, err error)
	// identify gives an item's identity, unique in the list.
	identify func(item json.RawMessage) (string, error)
}

var errShifted = errors.New("the list changed while it was read")

// whole reads a list to its last page, unchanged from the first request to the
// last, or is an error: an item that is missing could be a rejection (R17).
func (c *Client) whole(ctx context.Context, l list) ([]json.RawMessage, error) {
	for range rereads {
		items, err := c.pages(ctx, l)
		if !errors.Is(err, errShifted) {
			return items, err
		}
		c.trans.drop(l.path) // what was kept of it may be why: a page that did not change, with links that did
	}
	return nil, fmt.Errorf("github: GET /%s: %w %d times: %w", l.path, errShifted, rereads, change.ErrRemote)
}

func (c *Client) pages(ctx context.Context, l list) ([]json.RawMessage, error) {
	var all []json.RawMessage
	seen := map[string]bool{}
	first, total, last, promised := "", -1, 0, false
	var at url.Values // nil: the first page
	for n := 1; ; n++ {
		if n > mostPage {
			return nil, fmt.Errorf("github: GET /%s has more than %d items, the cap of one list: %w", l.path, mostPage*perPage, change.ErrDenied)
		}
		p, err := c.page(ctx, l, at)
		if err != nil {
			return nil, err
		}
		ids, err := l.enter(p.items, seen)
		if err != nil {
			return nil, err
		}
		if n == 1 {
			first, total = ids, p.total
		}
		if p.total != total || len(p.items) == 0 && (promised || p.next != nil || n <= last) { // nothing comes after an empty page
			return nil, errShifted
		}
		all, last = append(all, p.items...), max(last, p.last)
		at, promised = p.next, p.next != nil
		if at == nil && len(p.items) == perPage && !l.cursor {
			at = url.Values{"page": {fmt.Sprint(n + 1)}} // a full page that claims to be the last: ask
		}
		if at == nil {
			if n < last {
				return nil, errShifted
			}
			return all, c.settled(ctx, l, n, first, total, len(all))
		}
	}
}

// settled proves what can be proved of a list that took several requests: the
// number that the forge counts, and the first page as it was.
func (c *Client) settled(ctx context.Context, l list, pages int, first string, total, got int) error {
	if total >= 0 && total != got {
		return disagree("GET /%s: %d items, and the forge counts %d", l.path, got, total)
	}
	if pages == 1 {
		return nil
	}
	p, err := c.page(ctx, l, nil)
	if err != nil {
		return err
	}
	ids, err := l.enter(p.items, map[string]bool{})
	if err == nil && ids != first {
		err = errShifted
	}
	return err
}

// enter notes the ids of one page; one that is there already means that the list
// moved below us.
func (l list) enter(items []json.RawMessage, seen map[string]bool) (string, error) {
	var ids strings.Builder
	for _, item := range items {
		id, err := l.identify(item)
		if err != nil {
			return "", disagree("GET /%s: an item without identity", l.path)
		}
		if seen[id] {
			return "", errShifted
		}
		seen[id] = true
		ids.WriteString(id + "\n")
	}
	return ids.String(), nil
}

// page is one page: total is -1 where the forge gives none, next nil where it
// knows no further page, last the number of the last page or 0.
type page struct {
	items []json.RawMessage
	total int
	next  url.Values
	last  int
}

func (c *Client) page(ctx context.Context, l list, at url.Values) (page, error) {
	query := url.Values{"per_page": {fmt.Sprint(perPage)}}
	maps.Copy(query, l.query)
	maps.Copy(query, at)
	var raw json.RawMessage
	header, err := c.fetch(ctx, l.path, query, &raw)
	if err != nil {
		return page{}, err
	}
	p := page{total: -1}
	if l.unwrap != nil {
		p.items, p.total, err = l.unwrap(raw)
	} else {
		err = json.Unmarshal(raw, &p.items)
		if err == nil && p.items == nil {
			err = errors.New("null")
		}
	}
	if err != nil {
		return page{}, disagree("GET /%s: no list", l.path)
	}
	if err := c.links(header.Get("Link"), &p); err != nil {
		return page{}, disagree("GET /%s: %v", l.path, err)
	}
	return p, nil
}

// links reads a Link header (RFC 8288). Of the addresses only page or cursor is
// used, and none may lead to another host.
func (c *Client) links(header string, p *page) error {
	for part := range strings.SplitSeq(header, ",") {
		target, attributes, _ := strings.Cut(strings.TrimSpace(part), ">")
		next, last := strings.Contains(attributes, `rel="next"`), strings.Contains(attributes, `rel="last"`)
		if !next && !last {
			continue
		}
		u, err := url.Parse(strings.TrimPrefix(target, "<"))
		if err != nil || !c.trans.ours(u) {
			return errors.New("a link to another page that leads elsewhere")
		}
		if last {
			p.last, _ = strconv.Atoi(u.Query().Get("page"))
			continue
		}
		p.next = url.Values{}
		for _, name := range []string{"page", "after"} {
			if value := u.Query().Get(name); value != "" {
				p.next.Set(name, value)
			}
		}
		if len(p.next) == 0 {
			return errors.New("a link to the next page without page or cursor")
		}
	}
	return nil
}

// byID identifies items by their numeric id.
func byID(item json.RawMessage) (string, error) {
	var v struct{ ID json.Number }
	err := json.Unmarshal(item, &v)
	if err == nil && v.ID == "" {
		err = errors.New("no id")
	}
	return v.ID.String(), err
}
