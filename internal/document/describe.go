package document

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Describe says what was found, for messages: `"web-01"`, `number 3`, `true`,
// `number 1.10`, `yes without quotes`, `a list`, `nothing`.
func Describe(v *Value) string {
	if v == nil {
		return "nothing"
	}
	switch v.Kind {
	case Null:
		return "null"
	case Bool:
		return strconv.FormatBool(v.Bool)
	case Int:
		return "number " + strconv.FormatInt(v.Int, 10)
	case String:
		return strconv.Quote(clip(v.Str))
	case List:
		return sized("list", len(v.Items))
	case Map:
		return sized("map", len(v.Items))
	case Odd:
		return describeOdd(v.Str)
	}
	return "a value that could not be read"
}

func sized(what string, n int) string {
	if n == 0 {
		return "an empty " + what
	}
	return "a " + what
}

func describeOdd(s string) string {
	switch {
	case s == "":
		return "nothing"
	case boolWord(s) || boolCase(s) || nullWord(s):
		return s + " without quotes"
	}
	return "number " + clip(s)
}

// OddHint says how to write an Odd value so that it is of the wanted kind. It is
// "" for a value that is not Odd, and where nobody can know what was meant.
func OddHint(v *Value, wanted Kind) string {
	if v == nil || v.Kind != Odd {
		return ""
	}
	s := v.Str
	switch {
	case s == "" && wanted == Null, nullWord(s) && wanted == Null:
		return "write null"
	case s == "":
		return "write a value, or remove the key"
	case wanted == String:
		return "quote it: " + strconv.Quote(s)
	case wanted == Bool && (boolWord(s) || boolCase(s)):
		return "write " + boolMeant(s)
	case wanted == Int && !boolWord(s) && !boolCase(s) && !nullWord(s):
		return intHint(s)
	}
	return ""
}

func boolMeant(s string) string {
	switch strings.ToLower(s) {
	case "yes", "on", "y", "true":
		return "true"
	}
	return "false"
}

// intHint says which integer an odd number is, where that is certain.
func intHint(s string) string {
	digits := strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign = "-"
	}
	if len(digits) > 1 && digits[0] == '0' && decimal(digits) {
		return octalHint(sign, digits)
	}
	n, ok := exactInt(strings.ReplaceAll(digits, "_", ""))
	switch {
	case !ok:
		return "write a whole number"
	case n.CmpAbs(big.NewInt(maxInt)) > 0:
		return fmt.Sprintf("write a number between -%d and %d, or quote it where a string may stand", int64(maxInt), int64(maxInt))
	}
	return "write " + sign + n.String()
}

// octalHint: YAML 1.1 reads 010 as 8, YAML 1.2 as 10; the writer knows.
func octalHint(sign, digits string) string {
	ten, _ := new(big.Int).SetString(digits, 10)
	eight, ok := new(big.Int).SetString(digits, 8)
	if !ok || ten.Cmp(eight) == 0 {
		return "write " + sign + clip(ten.String())
	}
	return fmt.Sprintf("write %s%s, or %s%s if it is octal", sign, clip(ten.String()), sign, clip(eight.String()))
}

// exactInt is the integer that a number without sign and underscores is, when it
// is one.
func exactInt(s string) (*big.Int, bool) {
	if n, ok := new(big.Int).SetString(s, 0); ok && len(s) <= 64 {
		return n, true
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(s), "e")
	if e, err := strconv.Atoi("0" + strings.TrimLeft(exponent, "+-")); err != nil || e > 30 || len(mantissa) > 64 {
		return nil, false
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok || !r.IsInt() {
		return nil, false
	}
	return new(big.Int).Set(r.Num()), true
}
