package executor

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/dispatch"
)

// What a host and an account may be called: nothing that a command could take for an
// option, a second host or an expression (R47).
var (
	hostName = regexp.MustCompile(`\A[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?)*\.?\z`)
	userName = regexp.MustCompile(`\A[A-Za-z_][A-Za-z0-9_.-]{0,63}\z`)
)

// hop is one host to log in to, on the way or at its end.
type hop struct {
	user, host string
	port       int
}

func (h hop) address() string { return net.JoinHostPort(h.host, strconv.Itoa(h.port)) }

func checkHost(host string) error {
	if a, err := netip.ParseAddr(host); err == nil {
		if a.Zone() != "" || a.IsUnspecified() || a.IsMulticast() {
			return fmt.Errorf("address %q, wanted that of one host", Escape(host))
		}
		return nil
	}
	if len(host) > 253 || !hostName.MatchString(host) {
		return fmt.Errorf("address %q, wanted a host name or an IP address", Escape(host))
	}
	return nil
}

func makeHop(user, host string, port int) (hop, error) {
	if port == 0 {
		port = 22
	}
	switch {
	case !userName.MatchString(user):
		return hop{}, fmt.Errorf("user %q, wanted an account's name", Escape(user))
	case port < 1 || port > 65535:
		return hop{}, fmt.Errorf("port %d, wanted 1 to 65535", port)
	}
	return hop{user, host, port}, checkHost(host)
}

// hops are the hosts to go through, and the one to reach last.
func hops(t dispatch.Target) ([]hop, error) {
	last, err := makeHop(t.User, t.Address, t.Port)
	if err != nil || t.Jump == "" {
		return []hop{last}, err
	}
	user, rest, named := strings.Cut(t.Jump, "@")
	if !named {
		user, rest = t.User, t.Jump
	}
	host, digits, numbered := strings.Cut(rest, ":")
	port := 0
	if numbered {
		if port, err = strconv.Atoi(digits); err != nil || port == 0 {
			return nil, fmt.Errorf("port %q of the jump host, wanted 1 to 65535", Escape(digits))
		}
	}
	first, err := makeHop(user, host, port)
	if err != nil {
		return nil, fmt.Errorf("jump host: %w", err)
	}
	return []hop{first, last}, nil
}
