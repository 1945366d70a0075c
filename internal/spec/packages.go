package spec

import "cmp"

// compareDeb is the order of deb-version(7): epochs as numbers, then upstream
// versions, then revisions; a missing revision is an empty one.
func compareDeb(a, b string) int {
	epochA, a := splitEpoch(a)
	epochB, b := splitEpoch(b)
	upstreamA, revisionA := splitLast(a)
	upstreamB, revisionB := splitLast(b)
	return cmp.Or(compareDigits(epochA, epochB), compareDebPart(upstreamA, upstreamB), compareDebPart(revisionA, revisionB))
}

// compareDebPart compares runs of non-digits and of digits in turn.
func compareDebPart(a, b string) int {
	for a != "" || b != "" {
		for a != "" && !isDigit(a[0]) || b != "" && !isDigit(b[0]) {
			if c := cmp.Compare(debOrder(a), debOrder(b)); c != 0 {
				return c
			}
			a, b = a[1:], b[1:]
		}
		digitsA, digitsB := leading(a, isDigit), leading(b, isDigit)
		if c := compareDigits(a[:digitsA], b[:digitsB]); c != 0 {
			return c
		}
		a, b = a[digitsA:], b[digitsB:]
	}
	return 0
}

// debOrder is the weight of a text's first character: a tilde before the end,
// then letters, then all others.
func debOrder(s string) int {
	switch {
	case s == "" || isDigit(s[0]):
		return 0
	case s[0] == '~':
		return -1
	case isLetter(s[0]):
		return int(s[0])
	}
	return int(s[0]) + 256
}

// compareRPM compares epoch, version and release. A version without a release
// equals every release of it, as in rpm's dependencies: so the order is only
// transitive among versions that all have one.
func compareRPM(a, b string) int {
	epochA, a := splitEpoch(a)
	epochB, b := splitEpoch(b)
	versionA, releaseA := splitLast(a)
	versionB, releaseB := splitLast(b)
	c := cmp.Or(compareDigits(epochA, epochB), compareRPMPart(versionA, versionB))
	if c != 0 || releaseA == "" || releaseB == "" {
		return c
	}
	return compareRPMPart(releaseA, releaseB)
}

// compareRPMPart is rpmvercmp: segments of digits or letters in turn, whatever
// stands between them; a tilde sorts before the end, a caret after it but
// before anything else.
func compareRPMPart(a, b string) int {
	for {
		a, b = a[leading(a, isRPMSeparator):], b[leading(b, isRPMSeparator):]
		if first(a) == '~' || first(b) == '~' {
			if first(a) != first(b) {
				return tildeOrder(first(a) == '~')
			}
			a, b = a[1:], b[1:]
			continue
		}
		if first(a) == '^' || first(b) == '^' {
			if first(a) != first(b) {
				return caretOrder(a, b)
			}
			a, b = a[1:], b[1:]
			continue
		}
		if a == "" || b == "" {
			return cmp.Compare(min(len(a), 1), min(len(b), 1))
		}
		c, segmentA, segmentB := compareSegments(a, b)
		if c != 0 {
			return c
		}
		a, b = a[segmentA:], b[segmentB:]
	}
}

// compareSegments compares the first segments of both, of the kind that a
// begins with, and gives their lengths. A number is newer than letters.
func compareSegments(a, b string) (order, lengthA, lengthB int) {
	of := isLetter
	if isDigit(a[0]) {
		of = isDigit
	}
	lengthA, lengthB = leading(a, of), leading(b, of)
	switch {
	case lengthB == 0 && isDigit(a[0]):
		return 1, lengthA, lengthB
	case lengthB == 0:
		return -1, lengthA, lengthB
	case isDigit(a[0]):
		return compareDigits(a[:lengthA], b[:lengthB]), lengthA, lengthB
	}
	return cmp.Compare(a[:lengthA], b[:lengthB]), lengthA, lengthB
}

func tildeOrder(inA bool) int {
	if inA {
		return -1
	}
	return 1
}

// caretOrder orders texts of which exactly one begins with a caret.
func caretOrder(a, b string) int {
	switch {
	case a == "":
		return -1
	case b == "":
		return 1
	case a[0] == '^':
		return -1
	}
	return 1
}

func isRPMSeparator(c byte) bool { return !isDigit(c) && !isLetter(c) && c != '~' && c != '^' }

// leading is the length of the longest prefix of such characters.
func leading(s string, is func(byte) bool) int {
	n := 0
	for n < len(s) && is(s[n]) {
		n++
	}
	return n
}

func first(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}
