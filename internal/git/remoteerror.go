package git

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var (
	urlInfo  = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)[^/\s'"]*@`)
	urlQuery = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://[^\s'"?#]*)[?#][^\s'"]*`)
	advice   = regexp.MustCompile(`^(hint:|warning:|remote:$|Total |To |Everything up-to-date|Done$|Please make sure|and the repository exists)`)
	reason   = regexp.MustCompile(`^(error|fatal|remote|ssh): `)
)

// clean makes what git printed fit to show: no user-info or query of an address
// (R54), no control characters (a server chose some of the words), and short.
func clean(said string) string {
	var lines, reasons []string
	for line := range strings.SplitSeq(strings.ReplaceAll(said, "\r", "\n"), "\n") {
		line = urlQuery.ReplaceAllString(urlInfo.ReplaceAllString(strings.TrimSpace(line), "$1"), "$1")
		if line == "" || advice.MatchString(line) {
			continue
		}
		quoted := strconv.QuoteToASCII(line)
		line = strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
		line = shorten(line, 400)
		lines = append(lines, line)
		if reason.MatchString(line) {
			reasons = append(reasons, line)
		}
	}
	if len(lines) > 8 && len(reasons) > 0 {
		lines = reasons
	}
	if len(lines) > 8 {
		lines = append(lines[:4:4], lines[len(lines)-4:]...)
	}
	return strings.Join(lines, "; ")
}

// What git and servers print when a thing fails for good, and for its objects.
var (
	refusals = regexp.MustCompile(`(?i)does not support --atomic|permission denied|authentication failed|could not read (username|password)|` +
		`returned error: (30[0-9]|40[0-7]|41[0-9])|access denied|forbidden|not authorized|host key verification failed|` +
		`repository '[^']*' not found|transport '[^']*' not allowed|service not enabled|access denied or repository not exported|unable to read askpass|update url base from redirection`)
	tooBig = regexp.MustCompile(`(?i)died of signal 25|file too large|out of memory, malloc failed|out of memory|pack exceeds maximum`)
	broken = regexp.MustCompile(`(?i)fsck error|[0-9a-f]{40}: [a-z]+[A-Z][A-Za-z]*: |index-pack failed|unpack-objects failed|did not receive expected object|unresolved deltas|inflate returned`)
	locked = regexp.MustCompile(`(?i)cannot lock ref|unable to create '[^']*\.lock'|unable to lock|some local refs could not be updated|unable to update local ref`)
)

// explain sorts a child's failure at talking to a remote into the errors that
// callers tell apart.
func explain(err error) error {
	var f *failure
	if !errors.As(err, &f) {
		return err
	}
	switch {
	case f.late:
		return fmt.Errorf("%w: %w", ErrRemote, f)
	case tooBig.MatchString(f.raw):
		return fmt.Errorf("%w: %w", ErrTooLarge, f)
	case refusals.MatchString(f.raw):
		return fmt.Errorf("%w: %w", ErrRefused, f)
	case broken.MatchString(f.raw):
		return fmt.Errorf("%w: %w", ErrCorrupt, f)
	}
	return fmt.Errorf("%w: %w", ErrRemote, f)
}
