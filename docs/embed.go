// Package docs embeds the pages of findings, which `patchops explain finding`
// shows.
package docs

import "embed"

// Findings holds findings/<category>/<name>.md.
//
//go:embed findings
var Findings embed.FS
