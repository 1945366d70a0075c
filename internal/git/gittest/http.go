package gittest

import (
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Fault is what a Server does instead of its work. The zero Fault does the work.
type Fault struct {
	Status int           // answer with this status
	Delay  time.Duration // wait before anything, until the client leaves
	// Drop does the work and then closes the connection without the answer: the
	// client cannot know whether it was done.
	Drop     bool
	Redirect string // answer with a redirect to this address
}

// Server is a remote behind git's http-backend, on loopback.
type Server struct {
	*Remote

	mu    sync.Mutex
	fault func(r *http.Request) Fault
	http  *httptest.Server
}

// HTTP serves a bare repository over HTTP, with pushes, until the test ends.
func HTTP(t testing.TB) *Server {
	t.Helper()
	s := &Server{Remote: Bare(t)}
	backend := &cgi.Handler{
		Path:   filepath.Join(Git(t, "", nil, "--exec-path"), "git-http-backend"),
		Env:    append(Environment(), "GIT_PROJECT_ROOT="+filepath.Dir(s.Dir), "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=tester"),
		Stderr: discard{},
	}
	s.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.serve(backend, w, r)
	}))
	t.Cleanup(func() {
		s.http.CloseClientConnections()
		s.http.Close()
	})
	s.URL = s.http.URL + "/" + filepath.Base(s.Dir)
	return s
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

// Break makes fault decide about every request from now on; nil heals. The
// request that moves refs is a POST whose path ends in /git-receive-pack.
func (s *Server) Break(fault func(r *http.Request) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// Down makes every request end without an answer.
func (s *Server) Down() {
	s.Break(func(*http.Request) Fault { return Fault{Status: -1} })
}

// Pushing reports whether a request is the one that moves refs.
func Pushing(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/git-receive-pack")
}

func (s *Server) serve(backend http.Handler, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	decide := s.fault
	s.mu.Unlock()
	var f Fault
	if decide != nil {
		f = decide(r)
	}
	if f.Delay > 0 {
		wait := time.NewTimer(f.Delay)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-r.Context().Done():
			return
		}
	}
	switch {
	case f.Status < 0:
		panic(http.ErrAbortHandler) // closes the connection
	case f.Status > 0:
		http.Error(w, http.StatusText(f.Status), f.Status)
	case f.Redirect != "":
		http.Redirect(w, r, f.Redirect+strings.TrimPrefix(r.URL.RequestURI(), "/"+filepath.Base(s.Dir)), http.StatusFound)
	case f.Drop:
		backend.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	default:
		backend.ServeHTTP(w, r)
	}
}
