package spec

import (
	"cmp"
	"fmt"
	"strings"
)

// Scheme is how two versions of a package are compared.
type Scheme string

// The schemes.
const (
	Deb    Scheme = "deb"    // deb-version(7): epoch, upstream version, revision, tilde
	RPM    Scheme = "rpm"    // rpm-version(7): epoch, version, release, tilde, caret
	Dotted Scheme = "dotted" // numbers with dots; one that is missing counts as 0
	Exact  Scheme = "exact"  // equal or not
)

// DefaultScheme is the scheme of the packages of an ExecutorProfile's package
// manager; Exact where it is unknown.
func DefaultScheme(manager string) Scheme {
	switch manager {
	case "apt", "dpkg":
		return Deb
	case "dnf", "yum", "zypper", "rpm", "tdnf", "microdnf":
		return RPM
	case "winget", "msi", "windows-update", "wsus", "brew":
		return Dotted
	}
	return Exact
}

// VersionError says what is wrong with a version, in a finding's words.
type VersionError struct{ Problem, Hint string }

func (e *VersionError) Error() string { return e.Problem }

// CheckVersion returns what is wrong with a version under a scheme.
func CheckVersion(scheme Scheme, version string) error {
	var allowed string
	switch scheme {
	case Deb:
		allowed = ".+~:-"
	case RPM:
		allowed = "._+~^:-"
	case Dotted:
		return checkDotted(version)
	case Exact:
		if version == "" {
			return &VersionError{Problem: "the version is empty"}
		}
		return nil
	default:
		return &VersionError{fmt.Sprintf("unknown version scheme %q", scheme), "write one of deb, rpm, dotted, exact"}
	}
	for i := range len(version) {
		if c := version[i]; !isDigit(c) && !isLetter(c) && strings.IndexByte(allowed, c) < 0 {
			return &VersionError{fmt.Sprintf("%s version %q holds %q", scheme, version, version[i:i+1]), ""}
		}
	}
	epoch, rest := splitEpoch(version)
	if upstream, _ := splitLast(rest); upstream == "" || strings.Trim(epoch, "0123456789") != "" {
		return &VersionError{fmt.Sprintf("%s version %q is not written [epoch:]version[-release]", scheme, version), ""}
	}
	return nil
}

func checkDotted(version string) error {
	for part := range strings.SplitSeq(version, ".") {
		if part == "" || strings.Trim(part, "0123456789") != "" {
			hint := "write scheme exact, deb or rpm for versions with other characters"
			if bare := strings.TrimPrefix(version, "v"); bare != version && checkDotted(bare) == nil {
				hint = fmt.Sprintf("write %q", bare)
			}
			return &VersionError{fmt.Sprintf("dotted version %q is not numbers with dots", version), hint}
		}
	}
	return nil
}

// Compare returns -1, 0 or 1 as a is older than, equal to or newer than b. Under
// Exact there is no order: unequal versions are an error.
func Compare(scheme Scheme, a, b string) (int, error) {
	for _, v := range []string{a, b} {
		if err := CheckVersion(scheme, v); err != nil {
			return 0, err
		}
	}
	switch scheme {
	case Deb:
		return compareDeb(a, b), nil
	case RPM:
		return compareRPM(a, b), nil
	case Dotted:
		return compareDotted(a, b), nil
	}
	if a != b {
		return 0, &VersionError{fmt.Sprintf("versions %q and %q have no order under scheme exact", a, b), "write a scheme: deb, rpm or dotted"}
	}
	return 0, nil
}

// Satisfies reports whether an installed version is the wanted one or newer;
// under Exact, whether it is the wanted one.
func Satisfies(scheme Scheme, have, want string) (bool, error) {
	if scheme == Exact {
		return have == want, nil
	}
	order, err := Compare(scheme, have, want)
	return err == nil && order >= 0, err
}

// splitEpoch splits "1:2.3-4" into "1" and "2.3-4"; the epoch is "0" without.
func splitEpoch(version string) (epoch, rest string) {
	if epoch, rest, ok := strings.Cut(version, ":"); ok {
		return epoch, rest
	}
	return "0", version
}

// splitLast splits "2.3-4" at its last hyphen.
func splitLast(version string) (upstream, release string) {
	if i := strings.LastIndexByte(version, '-'); i >= 0 {
		return version[:i], version[i+1:]
	}
	return version, ""
}

func compareDotted(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		x, y := "0", "0"
		if i < len(as) {
			x = as[i]
		}
		if i < len(bs) {
			y = bs[i]
		}
		if c := compareDigits(x, y); c != 0 {
			return c
		}
	}
	return 0
}

// compareDigits compares numbers of any length.
func compareDigits(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
