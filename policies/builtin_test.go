package policies

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/types"
)

// A function is one of the functions that rules have beside OPA's own, in the
// small form that the rules' tests need.
type function struct {
	declaration *ast.Builtin
	call        topdown.BuiltinFunc
}

func functions() []function {
	return []function{
		{declare("patchops.seconds", types.N, types.S), callSeconds},
		{declare("patchops.instant", types.N, types.S, types.S, types.S), callInstant},
		{declare("patchops.matches", types.B, types.A, types.A), callMatches},
	}
}

func declare(name string, result types.Type, args ...types.Type) *ast.Builtin {
	return &ast.Builtin{Name: name, Decl: types.NewFunction(args, result)}
}

var isoDuration = regexp.MustCompile(`^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$`)

func callSeconds(_ topdown.BuiltinContext, args []*ast.Term, iter func(*ast.Term) error) error {
	text := string(args[0].Value.(ast.String))
	parts := isoDuration.FindStringSubmatch(text)
	if parts == nil {
		return fmt.Errorf("%q is no duration", text)
	}
	total := 0
	for i, unit := range []int{7 * 86400, 86400, 3600, 60, 1} {
		n, _ := strconv.Atoi("0" + parts[i+1])
		total += n * unit
	}
	return iter(ast.IntNumberTerm(total))
}

func callInstant(_ topdown.BuiltinContext, args []*ast.Term, iter func(*ast.Term) error) error {
	text, zone, bound := string(args[0].Value.(ast.String)), string(args[1].Value.(ast.String)), string(args[2].Value.(ast.String))
	if bound != "from" && bound != "until" {
		return fmt.Errorf("%q is no bound", bound)
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return err
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, location); err == nil {
		if bound == "until" {
			day = day.AddDate(0, 0, 1)
		}
		return iter(ast.NumberTerm(number(day)))
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if at, err := time.ParseInLocation(layout, text, location); err == nil {
			return iter(ast.NumberTerm(number(at)))
		}
	}
	return fmt.Errorf("%q is no instant", text)
}

func callMatches(_ topdown.BuiltinContext, args []*ast.Term, iter func(*ast.Term) error) error {
	selector, asset, err := pair(args)
	if err != nil {
		return err
	}
	matched := true
	labels, _ := selector["matchLabels"].(map[string]any)
	for key, value := range labels {
		matched = matched && slices.Contains(facet(asset, key), fmt.Sprint(value))
	}
	expressions, _ := selector["matchExpressions"].([]any)
	for _, e := range expressions {
		matched = matched && matchesExpression(e.(map[string]any), asset)
	}
	return iter(ast.BooleanTerm(matched))
}

func pair(args []*ast.Term) (selector, asset map[string]any, err error) {
	left, err := ast.JSON(args[0].Value)
	if err != nil {
		return nil, nil, err
	}
	right, err := ast.JSON(args[1].Value)
	if err != nil {
		return nil, nil, err
	}
	selector, ok := left.(map[string]any)
	asset, also := right.(map[string]any)
	if !ok || !also {
		return nil, nil, errors.New("a selector and an asset are wanted")
	}
	return selector, asset, nil
}

func matchesExpression(e, asset map[string]any) bool {
	found := facet(asset, e["key"].(string))
	values, _ := e["values"].([]any)
	in := slices.ContainsFunc(values, func(v any) bool { return slices.Contains(found, fmt.Sprint(v)) })
	switch e["operator"] {
	case "In":
		return in
	case "NotIn":
		return !in
	case "Exists":
		return len(found) > 0
	}
	return len(found) == 0
}

func facet(asset map[string]any, key string) []string {
	if value, ok := asset[key]; ok {
		return []string{fmt.Sprint(value)}
	}
	labels, _ := asset["labels"].(map[string]any)
	if value, ok := labels[key]; ok {
		return []string{fmt.Sprint(value)}
	}
	return nil
}

func number(at time.Time) json.Number {
	return json.Number(strconv.FormatInt(at.UnixNano(), 10))
}
