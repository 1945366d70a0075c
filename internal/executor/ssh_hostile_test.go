package executor_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/executor"
	"github.com/patchops/patchops/internal/secret"
)

// liar is an SSH server that says what a test wants it to say.
type liar struct {
	l     net.Listener
	keys  [2]ssh.Signer
	other atomic.Bool // shows the second host key
	// channels refuses to answer the opening of a channel, executes that of a command.
	channels, executes bool
	single             bool   // takes one session of a connection
	late               func() // before a command is taken
	// says is what a command prints; it returns the exit status, -1 for none: the channel stays
	// open then, and -2 for a connection that is cut.
	says func(verb string, in []byte, out io.Writer) int
}

func lies(t *testing.T, h *liar) (*liar, executor.SSHOptions) {
	t.Helper()
	dir, public := t.TempDir(), ""
	for i := range h.keys {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if h.keys[i], err = ssh.NewSignerFromKey(key); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if h.l, err = (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.l.Close() })
	go h.serve()
	public = knownhosts.Line([]string{knownhosts.Normalize(h.l.Addr().String())}, h.keys[0].PublicKey())
	if err := os.WriteFile(filepath.Join(dir, "known_hosts"), []byte(public+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	do(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, "key"))
	text := fmt.Sprintf("secrets:\n- {client: acme, name: k, address: 127.0.0.1, source: %q}\n", "file:"+filepath.Join(dir, "key"))
	if err := os.WriteFile(filepath.Join(dir, "secrets.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	book, err := secret.Read(filepath.Join(dir, "secrets.yaml"), secret.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return h, executor.SSHOptions{
		Secrets: book, KnownHosts: filepath.Join(dir, "known_hosts"), Now: time.Now,
		Keepalive: time.Hour, Question: 2 * time.Second, // a handshake takes its time on a busy machine
	}
}

func (h *liar) serve() {
	for {
		c, err := h.l.Accept()
		if err != nil {
			return
		}
		go h.connection(c)
	}
}

func (h *liar) connection(c net.Conn) {
	config := &ssh.ServerConfig{PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, nil }}
	key := h.keys[0]
	if h.other.Load() {
		key = h.keys[1]
	}
	config.AddHostKey(key)
	_, channels, requests, err := ssh.NewServerConn(c, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for k := 0; ; k++ {
		n, more := <-channels
		if !more {
			return
		}
		if h.channels {
			continue
		}
		if h.single && k > 0 {
			_ = n.Reject(ssh.ConnectionFailed, "open failed")
			continue
		}
		ch, asked, err := n.Accept()
		if err == nil {
			go h.session(c, ch, asked)
		}
	}
}

func (h *liar) session(c net.Conn, ch ssh.Channel, asked <-chan *ssh.Request) {
	for r := range asked {
		if h.executes {
			continue
		}
		var command struct{ Line string }
		_ = ssh.Unmarshal(r.Payload, &command)
		if h.late != nil {
			h.late()
		}
		_ = r.Reply(true, nil)
		verb := "install"
		for _, v := range []string{executor.VerbBegin, executor.VerbFollow, executor.VerbProbe, executor.VerbStop} {
			if strings.Contains(command.Line, " "+v+" ") {
				verb = v
			}
		}
		in, _ := io.ReadAll(ch)
		switch code := h.says(verb, in, ch); code {
		case -2:
			_ = c.Close()
		case -1:
		default:
			_, _ = ch.SendRequest("exit-status", false, ssh.Marshal(struct{ Code uint32 }{uint32(code)}))
			_ = ch.Close()
		}
	}
}

func (h *liar) target() dispatch.Target {
	return dispatch.Target{Client: "acme", Asset: "h1", Type: "ssh", Address: "127.0.0.1", Port: h.l.Addr().(*net.TCPAddr).Port, User: "root", Secret: "k", Journal: true}
}

// ask starts or probes within so long, and fails the test if that never ends.
func (h *liar) ask(t *testing.T, o executor.SSHOptions, probe bool, task dispatch.Task) dispatch.Answer {
	t.Helper()
	e := executor.NewSSH(o)
	t.Cleanup(func() { _ = e.Close() })
	answer := make(chan dispatch.Answer, 1)
	go func() {
		if probe {
			answer <- e.Probe(t.Context(), task) // nobody bounds it from outside
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*o.Question)
		defer cancel()
		answer <- e.Start(ctx, task, nil)
	}()
	select {
	case a := <-answer:
		return a
	case <-time.After(10 * time.Minute):
		t.Fatalf("no answer found (probe %v), one in time wanted", probe)
	}
	panic("unreachable")
}

func header(in []byte) string {
	_, key, _ := strings.Cut(string(in), "key ")
	key, _, _ = strings.Cut(key, "\n")
	return "patchops-answer 1 " + key + "\ntime 1\nhighest 1\n"
}

// TestR44RefusedAfterItBegan: a host that goes away after it began, and comes back with
// another key, or refuses to be asked, began all the same: nobody knows what became of it.
func TestR44RefusedAfterItBegan(t *testing.T) {
	t.Parallel()
	for name, back := range map[string]func(h *liar) func(verb string, in []byte, out io.Writer) int{
		"another key": func(h *liar) func(string, []byte, io.Writer) int {
			return func(_ string, in []byte, out io.Writer) int {
				h.other.Store(true)
				_, _ = io.WriteString(out, header(in)+"step install\n")
				return -2
			}
		},
		"a refusal": func(*liar) func(string, []byte, io.Writer) int {
			return func(verb string, in []byte, out io.Writer) int {
				if verb == executor.VerbFollow {
					_, _ = io.WriteString(out, header(in)+"state refused\nwhy JOURNAL\ntext no\nend\n")
					return 0
				}
				_, _ = io.WriteString(out, header(in)+"step install\n")
				return -2
			}
		},
		"a wrapper that was killed": func(*liar) func(string, []byte, io.Writer) int {
			return func(_ string, in []byte, out io.Writer) int {
				_, _ = io.WriteString(out, header(in)+"step install\n")
				return 137
			}
		},
		"no shell any more": func(*liar) func(string, []byte, io.Writer) int {
			return func(verb string, in []byte, out io.Writer) int {
				if verb == executor.VerbFollow {
					_, _ = io.WriteString(out, "this account is not available\n")
					return 1
				}
				_, _ = io.WriteString(out, header(in))
				return -2
			}
		},
	} {
		h := &liar{}
		h.says = back(h)
		h, o := lies(t, h)
		if name == "another key" {
			o.Question = time.Minute // it is not waited for
		}
		a := h.ask(t, o, false, sshTask(h.target(), "true"))
		if a.State != dispatch.Unreachable || a.Asked != "start" {
			t.Errorf("%s: %+v found, nothing known of it wanted", name, a)
		}
		if name == "another key" && (a.Why != dispatch.HostKey || a.HostKey == "") {
			t.Errorf("%s: %+v found, the key that was seen wanted", name, a)
		}
	}
}

// TestX1HostsThatNeverEnd: nothing that a host holds back, or goes on to send, keeps a
// question waiting, and an answer that is whole counts at once.
func TestX1HostsThatNeverEnd(t *testing.T) {
	t.Parallel()
	done := "state finished\nresult succeeded\nexit 0\nend\n"
	flood := func(text string) func(string, []byte, io.Writer) int {
		return func(_ string, in []byte, out io.Writer) int {
			_, _ = io.WriteString(out, strings.Replace(text, "HEADER", header(in), 1))
			for {
				if _, err := out.Write(make([]byte, 64<<10)); err != nil {
					return -2
				}
			}
		}
	}
	for name, c := range map[string]struct {
		host *liar
		want dispatch.State
	}{
		"no channel":        {&liar{channels: true}, dispatch.Unreachable},
		"no command":        {&liar{executes: true}, dispatch.Unreachable},
		"silence":           {&liar{says: func(string, []byte, io.Writer) int { return -1 }}, dispatch.Unreachable},
		"a flood":           {&liar{says: flood("")}, dispatch.Unreachable},
		"a flood behind it": {&liar{says: flood("HEADER" + done)}, dispatch.Finished},
		"an open end": {&liar{says: func(_ string, in []byte, out io.Writer) int {
			_, _ = io.WriteString(out, header(in)+done)
			return -1
		}}, dispatch.Finished},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, o := lies(t, c.host)
			if c.want == dispatch.Finished {
				o.Question = time.Minute // it is not waited for
			}
			for _, probe := range []bool{false, true} {
				if a := h.ask(t, o, probe, sshTask(h.target(), "true")); a.State != c.want {
					t.Errorf("probe %v: %+v found, %s wanted", probe, a, c.want)
				}
			}
		})
	}
}

// TestSSHSlowIsNotSkewed: a host whose time lies between a request and its answer is slow to
// reach. That is refused for now; only a clock that must be off is called so.
func TestSSHSlowIsNotSkewed(t *testing.T) {
	t.Parallel()
	const sent, answered = 1_000_000, 1_000_029
	for says, why := range map[int64]string{
		sent - 11: dispatch.ClockSkew, sent + 11: dispatch.TooLate, answered + 10: dispatch.TooLate, answered + 11: dispatch.ClockSkew,
	} {
		h, o := lies(t, &liar{says: func(_ string, in []byte, out io.Writer) int {
			_, _ = fmt.Fprintf(out, "%stime %d\nstate refused\nwhy CLOCK_SKEW\ntext off\nend\n", header(in), says)
			return 0
		}})
		clock := make(chan int64, 2)
		clock <- sent
		clock <- answered
		o.Now = func() time.Time { return time.Unix(<-clock, 0) }
		o.Question = time.Minute
		e := executor.NewSSH(o)
		t.Cleanup(func() { _ = e.Close() })
		refusedAs(t, e.Start(t.Context(), sshTask(h.target(), "true"), nil), why)
	}
}
