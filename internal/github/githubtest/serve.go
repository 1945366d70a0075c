package githubtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3filter"
)

// call is one request on its way.
type call struct {
	*http.Request
	f      *Forge
	vars   map[string]string
	body   object
	header http.Header // of the answer
	app    bool        // the app itself asks, not an installation
}

// refuse is an answer that is no success.
type refuse struct {
	status int
	text   string
}

func (r refuse) Error() string { return r.text }

type handler func(*call) (status int, answer any, err error)

var handlers = map[string]handler{
	"GET /app":              getApp,
	"GET /user":             getUser,
	"GET /users/{username}": getNamed,
	"POST /app/installations/{installation_id}/access_tokens":   makeToken,
	"GET /repos/{owner}/{repo}":                                 getRepository,
	"POST /repos/{owner}/{repo}/statuses/{sha}":                 makeStatus,
	"GET /repos/{owner}/{repo}/installation":                    getInstallation,
	"GET /repos/{owner}/{repo}/activity":                        listActivity,
	"GET /repos/{owner}/{repo}/branches/{branch}":               getBranch,
	"GET /repos/{owner}/{repo}/rules/branches/{branch}":         listRules,
	"GET /repos/{owner}/{repo}/compare/{basehead}":              compare,
	"GET /repos/{owner}/{repo}/commits/{ref}/check-runs":        listRuns,
	"GET /repos/{owner}/{repo}/commits/{ref}/status":            getStatus,
	"POST /repos/{owner}/{repo}/check-runs":                     makeRun,
	"PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}":     changeRun,
	"GET /repos/{owner}/{repo}/issues/{issue_number}/comments":  listComments,
	"GET /repos/{owner}/{repo}/issues/{issue_number}/events":    listEvents,
	"POST /repos/{owner}/{repo}/issues/{issue_number}/comments": makeComment,
	"PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}":  changeComment,
	"GET /repos/{owner}/{repo}/pulls":                           listPulls,
	"GET /repos/{owner}/{repo}/pulls/{pull_number}":             getPull,
	"GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews":     listReviews,
	"PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge":       mergePull,
}

func (f *Forge) serve(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/api/v3")
	line := r.Method + " " + path
	if r.URL.RawQuery != "" {
		line += "?" + r.URL.RawQuery
	}
	raw, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	f.requests = append(f.requests, line)
	fault := f.fault(r, path)
	f.mu.Unlock()
	if fault != nil && fault.Before != nil {
		fault.Before()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.sync(0); err != nil {
		f.violate(line, err)
	}
	if fault != nil && fault.Status != 0 && !fault.After {
		fault.answer(w)
		return
	}
	status, header, body := f.handle(r, line, path, raw, fault)
	if fault != nil && fault.Status != 0 {
		fault.answer(w)
		return
	}
	maps.Copy(w.Header(), header)
	if fault != nil {
		maps.Copy(w.Header(), fault.Header)
	}
	if r.Method == http.MethodGet && status == 200 {
		etag := fmt.Sprintf(`W/"%x"`, sha256.Sum256(append(body, header.Get("Link")...)))
		w.Header().Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			f.unchanged++
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// Unchanged is how many answers were only a confirmation.
func (f *Forge) Unchanged() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.unchanged
}

// handle finds the operation, checks the request, does it and checks the answer.
func (f *Forge) handle(r *http.Request, line, path string, raw []byte, fault *Fault) (int, http.Header, []byte) {
	if moved, header := f.moved(path); moved != 0 {
		return moved, header, []byte(`{"message":"Moved Permanently"}`)
	}
	if rest, byID := strings.CutPrefix(path, fmt.Sprintf("/repositories/%d", ID)); byID && (rest == "" || rest == "/installation") {
		path = "/repos/" + f.name() + rest
	}
	route, vars := f.spec.match(r.Method, path)
	c := &call{Request: r, f: f, vars: vars, header: http.Header{}}
	if route == nil {
		f.violate(line, fmt.Errorf("no such operation"))
		return 404, c.header, []byte(`{"message":"Not Found"}`)
	}
	checked := r.Clone(r.Context())
	checked.Body = io.NopCloser(bytes.NewReader(raw))
	input := &openapi3filter.RequestValidationInput{Request: checked, PathParams: vars, Route: route, Options: options}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &c.body); err != nil {
			f.violate(line, err)
		}
	}
	if err := f.spec.request(input, c.body); err != nil {
		f.violate(line, err)
		return 422, c.header, []byte(`{"message":"Validation Failed"}`)
	}
	status, answer, err := 0, any(nil), c.authenticate()
	if err == nil {
		status, answer, err = handlers[r.Method+" "+route.Path](c)
	}
	if err != nil {
		status, answer = 500, object{"message": err.Error(), "documentation_url": "https://example.invalid/"}
		if known, ok := err.(refuse); ok { //nolint:errorlint // never wrapped
			status = known.status
		} else {
			f.violate(line, err)
		}
	}
	if fault != nil && fault.Lie != nil {
		answer = fault.Lie(plainJSON(answer))
	}
	body, err := json.Marshal(answer)
	if err != nil {
		f.violate(line, err)
	}
	c.header.Set("Content-Type", "application/json; charset=utf-8")
	if fault == nil {
		if err := f.spec.answer(input, status, c.header, body); err != nil {
			f.violate("answer to "+line, err)
		}
	}
	return status, c.header, body
}

func plainJSON(v any) any {
	b, _ := json.Marshal(v)
	var out any
	_ = json.Unmarshal(b, &out)
	return out
}

func (f *Forge) violate(line string, err error) {
	text := err.Error()
	f.violations = append(f.violations, line+": "+text[:min(len(text), 600)])
}

// moved answers requests for a former name of the repository.
func (f *Forge) moved(path string) (int, http.Header) {
	for _, old := range f.names[:len(f.names)-1] {
		if path == "/repos/"+old || strings.HasPrefix(path, "/repos/"+old+"/") {
			rest := strings.TrimPrefix(path, "/repos/"+old)
			return 301, http.Header{"Location": {fmt.Sprintf("%s/repositories/%d%s", f.API(), ID, rest)}}
		}
	}
	return 0, nil
}

// paged answers one page of a list, with links as GitHub's.
func (c *call) paged(items []any) []any {
	size, page := 30, 1
	if n, err := strconv.Atoi(c.URL.Query().Get("per_page")); err == nil && n > 0 {
		size = min(n, 100)
	}
	if n, err := strconv.Atoi(c.URL.Query().Get("page")); err == nil && n > 0 {
		page = n
	}
	last := max((len(items)+size-1)/size, 1)
	link := func(n int, rel string) string {
		q := c.URL.Query()
		q.Set("page", strconv.Itoa(n))
		return fmt.Sprintf(`<%s%s?%s>; rel=%q`, c.f.server.URL, c.URL.EscapedPath(), q.Encode(), rel)
	}
	if page < last {
		c.header.Set("Link", link(page+1, "next")+", "+link(last, "last"))
	} else if page > 1 {
		c.header.Set("Link", link(page-1, "prev")+", "+link(1, "first"))
	}
	return items[min((page-1)*size, len(items)):min(page*size, len(items))]
}
