package estate

import _ "embed"

// Office is what scripts that make a repository for hosts of ours have in common.
//
//go:embed office.sh
var Office string
