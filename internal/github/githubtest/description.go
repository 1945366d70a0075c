package githubtest

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

//go:embed testdata/api.json
var api []byte

// description is GitHub's own of the operations that the client may use.
type description struct {
	doc       *openapi3.T
	templates []string
}

var load = sync.OnceValues(func() (*description, error) {
	doc, err := openapi3.NewLoader().LoadFromData(api)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background(), openapi3.DisableExamplesValidation()); err != nil {
		return nil, err
	}
	// Words before variables: /issues/comments/{id} before /issues/{n}/comments.
	templates := slices.SortedFunc(maps.Keys(doc.Paths.Map()), func(a, b string) int {
		return strings.Compare(strings.ReplaceAll(a, "{", "~"), strings.ReplaceAll(b, "{", "~"))
	})
	return &description{doc, templates}, nil
})

// match finds the operation of a request. The path is matched as sent, so that a
// slash in a branch's name stays one segment.
func (d *description) match(method, escaped string) (*routers.Route, map[string]string) {
	for _, template := range d.templates {
		vars, ok := bind(template, escaped)
		item := d.doc.Paths.Value(template)
		if ok && item.GetOperation(method) != nil {
			return &routers.Route{Spec: d.doc, Path: template, PathItem: item, Method: method, Operation: item.GetOperation(method)}, vars
		}
	}
	return nil, nil
}

func bind(template, escaped string) (map[string]string, bool) {
	want, got := strings.Split(template, "/"), strings.Split(escaped, "/")
	if len(want) != len(got) {
		return nil, false
	}
	vars := map[string]string{}
	for i, segment := range want {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			value, err := url.PathUnescape(got[i])
			if err != nil || value == "" {
				return nil, false
			}
			vars[strings.TrimSuffix(name, "}")] = value
		} else if segment != got[i] {
			return nil, false
		}
	}
	return vars, true
}

var options = &openapi3filter.Options{
	AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true, RejectWhenRequestBodyNotSpecified: true,
}

// request checks what the client sends, names that GitHub would silently ignore
// included.
func (d *description) request(input *openapi3filter.RequestValidationInput, body object) error {
	problems := []error{openapi3filter.ValidateRequest(context.Background(), input)}
	operation := input.Route.Operation
	for name := range input.Request.URL.Query() {
		if operation.Parameters.GetByInAndName("query", name) == nil {
			problems = append(problems, fmt.Errorf("unknown parameter %q", name))
		}
	}
	for name := range body {
		if !known(operation.RequestBody.Value.Content.Get("application/json").Schema.Value, name) {
			problems = append(problems, fmt.Errorf("unknown field %q", name))
		}
	}
	return errors.Join(problems...)
}

func known(s *openapi3.Schema, name string) bool {
	if _, ok := s.Properties[name]; ok {
		return true
	}
	for _, all := range [][]*openapi3.SchemaRef{s.OneOf, s.AnyOf, s.AllOf} {
		for _, part := range all {
			if known(part.Value, name) {
				return true
			}
		}
	}
	return false
}

// answer checks what the fake says.
func (d *description) answer(input *openapi3filter.RequestValidationInput, status int, header http.Header, body []byte) error {
	strict := *options
	strict.IncludeResponseStatus = status < 300
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: status, Header: header, Body: io.NopCloser(bytes.NewReader(body)), Options: &strict,
	})
}

// fill is the least valid value of a named schema, with what is known over it.
func (d *description) fill(name string, over object) object {
	solid := *d.doc.Components.Schemas[name].Value
	solid.Nullable = false
	under, _ := least(&openapi3.SchemaRef{Value: &solid}, 0).(object)
	return merged(under, over)
}

func merged(under, over object) object {
	for name, value := range over {
		inner, ok := value.(object)
		old, both := under[name].(object)
		if ok && both {
			under[name] = merged(old, inner)
		} else {
			under[name] = value
		}
	}
	return under
}

func least(ref *openapi3.SchemaRef, depth int) any {
	s := ref.Value
	switch {
	case depth > 12:
		return nil
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Nullable:
		return nil
	case len(s.AllOf) > 0 && len(s.Properties) == 0:
		out := object{}
		for _, part := range s.AllOf {
			if o, ok := least(part, depth+1).(object); ok {
				out = merged(out, o)
			}
		}
		return out
	case len(s.OneOf) > 0 && len(s.Properties) == 0:
		return least(s.OneOf[0], depth+1)
	case len(s.AnyOf) > 0 && len(s.Properties) == 0:
		return least(s.AnyOf[0], depth+1)
	case s.Type.Is("object") || len(s.Properties) > 0:
		out := object{}
		for _, name := range s.Required {
			if property := s.Properties[name]; property != nil {
				out[name] = least(property, depth+1)
			}
		}
		return out
	}
	return scalar(s)
}

func scalar(s *openapi3.Schema) any {
	switch {
	case s.Type.Is("array"):
		return []any{}
	case s.Type.Is("boolean"):
		return false
	case s.Type.Is("integer"), s.Type.Is("number"):
		if s.Min != nil {
			return *s.Min
		}
		return 0
	case s.Format == "date-time":
		return "2026-01-01T00:00:00Z"
	case s.Format == "uri":
		return "https://example.invalid/"
	}
	return "-"
}

// Operations are all that the description holds, such as "GET /app".
func Operations() []string {
	var out []string
	d, err := load()
	if err != nil {
		return nil
	}
	for _, template := range d.templates {
		for method := range d.doc.Paths.Value(template).Operations() {
			out = append(out, method+" "+template)
		}
	}
	return out
}

// Matches reports whether a line of Requests is of an operation.
func Matches(method, template, line string) bool {
	path, ok := strings.CutPrefix(line, method+" ")
	path, _, _ = strings.Cut(path, "?")
	_, bound := bind(template, path)
	return ok && bound
}
