package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/policy"
	"github.com/patchops/patchops/policies"
)

// BuiltinDigest names the built-in rules by their content: "sha256:<hex>" over
// the sorted files with their paths. Tests do not count.
func BuiltinDigest() (string, error) {
	files, err := contents(policies.FS, ".rego", "policies/")
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if isRegoTest(name) {
			continue
		}
		sum := sha256.Sum256(files[name])
		fmt.Fprintf(h, "%x %s\n", sum, name)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}

func isRegoTest(name string) bool { return strings.HasSuffix(name, "_test.rego") }

// libraries are the built-in shared packages that own rules may use.
func libraries() ([]policy.Module, error) {
	all, err := BuiltinModules()
	return slices.DeleteFunc(all, func(m policy.Module) bool { return !strings.HasPrefix(m.File, "policies/lib/") }), err
}
