package git

import "io/fs"

// The modes of files in Git, as it writes them.
const (
	regularMode    = "100644"
	executableMode = "100755"
	linkMode       = "120000"
	submoduleMode  = "160000"
)

// ModeText is the mode of a file, in a tree or on disk, as Git writes it.
func ModeText(m fs.FileMode) string {
	switch {
	case m&fs.ModeSymlink != 0:
		return linkMode
	case m&fs.ModeIrregular != 0:
		return submoduleMode
	case m&0o100 != 0:
		return executableMode
	}
	return regularMode
}

// ParseMode is the opposite of ModeText: the mode as an Entry has it.
func ParseMode(text string) fs.FileMode {
	switch text {
	case linkMode:
		return fs.ModeSymlink | 0o777
	case submoduleMode:
		return fs.ModeIrregular
	case executableMode:
		return 0o755
	}
	return 0o644
}
