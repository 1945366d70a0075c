//go:build !unix

package git

import "os"

// tryLock has no lock to take here: one process at a time may write a clone.
func tryLock(*os.File) (bool, error) { return true, nil }
