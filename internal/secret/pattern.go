package secret

import (
	"fmt"
	"net/netip"
	"strings"
)

// pattern is which addresses an entry is for. A star stays within one name between
// dots, "**" at the beginning stands for any number of names, a network such as
// 10.1.0.0/16 for its addresses. Patterns of numbers match IP addresses only: a host
// called 10.1.evil.example is none of "10.1.*.*".
type pattern struct {
	text    string
	network netip.Prefix
	labels  []string
	number  bool
}

func parsePattern(text string) (pattern, error) {
	p := pattern{text: text}
	if strings.Contains(text, "/") {
		network, err := netip.ParsePrefix(text)
		if err != nil || network != network.Masked() {
			return p, fmt.Errorf("address %q, wanted a network such as 10.1.0.0/16", text)
		}
		p.network = network
		return p, nil
	}
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		p.network = netip.PrefixFrom(a, a.BitLen())
		return p, nil
	}
	const allowed = "abcdefghijklmnopqrstuvwxyz0123456789-._*?"
	if strings.Trim(text, allowed) != "" || strings.Contains(text, "..") {
		return p, fmt.Errorf("address %q, wanted an address, a network, or a name in lower case in which * and ? may stand", text)
	}
	p.labels = strings.Split(text, ".")
	for i, l := range p.labels {
		if strings.Contains(l, "**") && (l != "**" || i > 0 || len(p.labels) == 1) {
			return p, fmt.Errorf("address %q, wanted ** only as its first name, before others", text)
		}
	}
	p.number = strings.Trim(text, "0123456789.*?") == "" && strings.ContainsAny(text, "0123456789")
	return p, nil
}

func (p pattern) matches(address string) bool {
	ip, err := netip.ParseAddr(address)
	isIP := err == nil && ip.Zone() == ""
	if p.network.IsValid() {
		return isIP && p.network.Contains(ip)
	}
	labels := strings.Split(strings.TrimSuffix(strings.ToLower(address), "."), ".")
	switch {
	case isIP && !ip.Is4(), p.number != isIP && p.fixed(), p.number && !isIP:
		return false
	case p.labels[0] == "**":
		rest := len(p.labels) - 1
		return len(labels) > rest && match(p.labels[1:], labels[len(labels)-rest:])
	}
	return len(labels) == len(p.labels) && match(p.labels, labels)
}

// fixed reports whether any name of the pattern is written out.
func (p pattern) fixed() bool { return strings.Trim(p.text, "*?.") != "" }

func match(pattern, labels []string) bool {
	for i, p := range pattern {
		if !label(p, labels[i]) {
			return false
		}
	}
	return true
}

// label matches one name; both are short, so it may go back.
func label(p, s string) bool {
	for i := range len(p) {
		switch {
		case p[i] == '*':
			for skip := range len(s) + 1 - i {
				if label(p[i+1:], s[i+skip:]) {
					return true
				}
			}
			return false
		case i >= len(s), p[i] != '?' && p[i] != s[i]:
			return false
		}
	}
	return len(p) == len(s)
}
