// Package schemas embeds the CUE schemas of every kind of document: the source
// of truth from which trees, editor schemas, OPA's types and the docs' field
// tables are made (internal/schema). It holds no code.
package schemas

import "embed"

// FS holds the schema files, all of CUE package patchops, at its root.
//
//go:embed *.cue
var FS embed.FS
