// Command openapicut cuts the operations that patchops uses, and all that they
// refer to, out of GitHub's published OpenAPI description, without prose and
// examples: openapicut api.github.com.json > internal/github/githubtest/testdata/api.json
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// operations are the methods and paths that the client may use, and those that
// only the tests' people use.
const operations = `
get /app
get /user
get /users/{username}
post /app/installations/{installation_id}/access_tokens
get /repos/{owner}/{repo}
get /repos/{owner}/{repo}/activity
get /repos/{owner}/{repo}/branches/{branch}
get /repos/{owner}/{repo}/rules/branches/{branch}
get /repos/{owner}/{repo}/compare/{basehead}
get /repos/{owner}/{repo}/commits/{ref}/check-runs
get /repos/{owner}/{repo}/commits/{ref}/status
post /repos/{owner}/{repo}/check-runs
post /repos/{owner}/{repo}/statuses/{sha}
patch /repos/{owner}/{repo}/check-runs/{check_run_id}
get /repos/{owner}/{repo}/installation
get /repos/{owner}/{repo}/issues/{issue_number}/comments
get /repos/{owner}/{repo}/issues/{issue_number}/events
post /repos/{owner}/{repo}/issues/{issue_number}/comments
patch /repos/{owner}/{repo}/issues/comments/{comment_id}
get /repos/{owner}/{repo}/pulls
get /repos/{owner}/{repo}/pulls/{pull_number}
get /repos/{owner}/{repo}/pulls/{pull_number}/reviews
put /repos/{owner}/{repo}/pulls/{pull_number}/merge
`

type object = map[string]any

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "openapicut:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%d arguments, wanted the description's file", len(args))
	}
	b, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var whole object
	if err := json.Unmarshal(b, &whole); err != nil {
		return err
	}
	cut, err := subset(whole)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	return out.Encode(cut)
}

func subset(whole object) (object, error) {
	paths := object{}
	for line := range strings.SplitSeq(strings.TrimSpace(operations), "\n") {
		method, path, _ := strings.Cut(line, " ")
		all, _ := whole["paths"].(object)[path].(object)
		operation, ok := all[method].(object)
		if !ok {
			return nil, fmt.Errorf("no %s", line)
		}
		item, ok := paths[path].(object)
		if !ok {
			item = object{}
			paths[path] = item
		}
		item[method] = plain(operation)
	}
	info := object{"title": "a subset of GitHub's REST API, without prose", "version": whole["info"].(object)["version"]}
	out := object{"openapi": whole["openapi"], "info": info, "paths": paths, "components": object{}}
	follow(whole, out, paths)
	return out, nil
}

// plain leaves out prose: what says nothing about which bytes are valid.
func plain(v any) any {
	switch v := v.(type) {
	case object:
		out := object{}
		for key, value := range v {
			_, text := value.(string)
			prose := key == "description" && text || key == "example" || key == "examples" || key == "externalDocs" ||
				key == "tags" && !strings.HasPrefix(fmt.Sprint(value), "map") || key == "x-github" || key == "x-webhooks"
			if !prose {
				out[key] = plain(value)
			}
		}
		if _, response := out["content"]; response || len(out) == 0 {
			if text, ok := v["description"].(string); ok && text != "" {
				out["description"] = "-" // a response must have one
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	}
	return v
}

// follow copies what is referred to, and what that refers to.
func follow(whole, out object, v any) {
	switch v := v.(type) {
	case object:
		if ref, ok := v["$ref"].(string); ok {
			copyPart(whole, out, ref)
		}
		for _, value := range v {
			follow(whole, out, value)
		}
	case []any:
		for _, value := range v {
			follow(whole, out, value)
		}
	}
}

func copyPart(whole, out object, ref string) {
	parts := strings.Split(strings.TrimPrefix(ref, "#/components/"), "/")
	if len(parts) != 2 || parts[0] == "examples" {
		return
	}
	components := out["components"].(object)
	kind, ok := components[parts[0]].(object)
	if !ok {
		kind = object{}
		components[parts[0]] = kind
	}
	if _, done := kind[parts[1]]; done {
		return
	}
	part := plain(whole["components"].(object)[parts[0]].(object)[parts[1]])
	kind[parts[1]] = part
	follow(whole, out, part)
}
