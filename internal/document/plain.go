package document

import (
	"strconv"
	"strings"
)

// scanPlain gives a plain scalar its kind. Readers of YAML 1.1 and 1.2 disagree
// about much of what looks like a number, a boolean or nothing; all of that is
// Odd. Dates, times and versions with two dots are strings for all of us.
func scanPlain(s string) Value {
	if s == "" {
		return Value{Kind: Odd}
	}
	switch c := s[0]; {
	case c >= '0' && c <= '9', c == '-', c == '+', c == '.':
		return scanNumber(s)
	case len(s) > 5:
		return Value{Kind: String, Str: s}
	}
	switch s {
	case "null":
		return Value{Kind: Null}
	case "true":
		return Value{Kind: Bool, Bool: true}
	case "false":
		return Value{Kind: Bool}
	}
	if boolWord(s) || boolCase(s) || nullWord(s) {
		return Value{Kind: Odd, Str: s}
	}
	return Value{Kind: String, Str: s}
}

func scanNumber(s string) Value {
	digits := strings.TrimPrefix(s, "-")
	if !decimal(digits) {
		if numeric(s) {
			return Value{Kind: Odd, Str: s}
		}
		return Value{Kind: String, Str: s}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > maxInt || n < -maxInt || len(digits) > 1 && digits[0] == '0' {
		return Value{Kind: Odd, Str: s}
	}
	return Value{Kind: Int, Int: n}
}

func decimal(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// numeric reports whether some reader takes a plain scalar for a number that is
// no simple decimal integer.
func numeric(s string) bool {
	s = strings.TrimLeft(s, "+-")
	if strings.HasPrefix(s, ".") && (strings.EqualFold(s, ".inf") || strings.EqualFold(s, ".nan")) {
		return true
	}
	if len(s) > 2 && s[0] == '0' {
		if set := radixDigits(s[1]); set != "" && only(s[2:], set+"_") {
			return true
		}
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(s), "e")
	if strings.Contains(strings.ToLower(s), "e") {
		exponent = strings.TrimLeft(exponent, "+-")
		if !only(exponent, "0123456789_") {
			return false
		}
	}
	whole, fraction, point := strings.Cut(mantissa, ".")
	if whole == "" && (fraction == "" || fraction[0] == '_') || whole != "" && whole[0] == '_' {
		return false
	}
	return (whole == "" || only(whole, "0123456789_")) && (!point || fraction == "" || only(fraction, "0123456789_"))
}

// only reports whether s is one or more characters of a set.
func only(s, set string) bool {
	return s != "" && strings.Trim(s, set) == ""
}

func radixDigits(c byte) string {
	switch c {
	case 'x', 'X':
		return "0123456789abcdefABCDEF"
	case 'o', 'O':
		return "01234567"
	case 'b', 'B':
		return "01"
	}
	return ""
}

// boolWord reports whether YAML 1.1 reads a plain scalar as a boolean and YAML
// 1.2 as a string.
func boolWord(s string) bool {
	if len(s) > 3 {
		return false
	}
	switch strings.ToLower(s) {
	case "yes", "no", "on", "off", "y", "n":
		return true
	}
	return false
}

// boolCase reports whether it is true or false in another case.
func boolCase(s string) bool {
	return s != "true" && s != "false" && (strings.EqualFold(s, "true") || strings.EqualFold(s, "false"))
}

func nullWord(s string) bool {
	return s == "~" || s != "null" && strings.EqualFold(s, "null")
}
