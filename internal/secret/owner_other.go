//go:build !unix

package secret

import "io/fs"

// owned trusts the modes where files have no owner that could be asked.
func owned(fs.FileInfo) bool { return true }
