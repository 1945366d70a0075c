package policy

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/finding"
)

func (b *builder) checkTypes(c *ast.Compiler, list []*parsed) []finding.Finding { return nil }
