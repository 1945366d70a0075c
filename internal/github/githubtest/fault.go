package githubtest

import (
	"net/http"
	"path"
)

// Fault is something that goes wrong, on purpose, with requests that match.
type Fault struct {
	Method string // "" any
	Path   string // below /api/v3, a pattern of path.Match; "" any
	Query  string // that the request's last line must hold, such as "page=2"; "" any
	Known  string // what the request must know already, If-None-Match; "" any
	Skip   int    // so many matching requests pass first
	Times  int    // then so many suffer; 0 is all of them

	Before func()              // what happens just before the request is handled
	Lie    func(truth any) any // another answer, of plain JSON values
	Status int                 // an answer instead; with Header and Body
	After  bool                // the answer instead comes after the deed
	Header http.Header         // with Status, or added to a truthful answer
	Body   string
}

// Fault adds one; the first that matches is used up first.
func (f *Forge) Fault(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, &fault)
}

// Heal removes all faults.
func (f *Forge) Heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = nil
}

// fault is the one that this request suffers, or nil.
func (f *Forge) fault(r *http.Request, at string) *Fault {
	for i, fault := range f.faults {
		if !fault.matches(r.Method, at, f.requests[len(f.requests)-1]) || fault.Known != "" && fault.Known != r.Header.Get("If-None-Match") {
			continue
		}
		if fault.Skip > 0 {
			fault.Skip--
			continue
		}
		if fault.Times == 1 {
			f.faults = append(f.faults[:i:i], f.faults[i+1:]...)
		}
		fault.Times = max(fault.Times-1, 0)
		return fault
	}
	return nil
}

func (fault *Fault) matches(method, at, line string) bool {
	if fault.Method != "" && fault.Method != method || fault.Query != "" && !containsQuery(line, fault.Query) {
		return false
	}
	ok, err := path.Match(fault.Path, at)
	return fault.Path == "" || err == nil && ok
}

func (fault *Fault) answer(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	for name, values := range fault.Header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	w.WriteHeader(fault.Status)
	body := fault.Body
	if body == "" {
		body = `{"message":"` + http.StatusText(fault.Status) + `"}`
	}
	_, _ = w.Write([]byte(body))
}

// Empty is a lie: a list without items, its total as it is.
func Empty(truth any) any {
	if o, ok := truth.(object); ok {
		for name, value := range o {
			if _, list := value.([]any); list {
				o[name] = []any{}
			}
		}
		return o
	}
	return []any{}
}
