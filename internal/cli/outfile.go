package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// writeOut writes a file that a flag named, whole or not at all, into a folder that is
// there. What is no regular file (a device, a pipe, standard output) is written to: a
// file renamed over it would take its place.
func writeOut(file string, write func(file string) error) error {
	file, plain, err := plainFile(file)
	if err != nil {
		return err
	}
	dir := filepath.Dir(file)
	if !plain {
		dir = ""
	}
	work, err := os.MkdirTemp(dir, ".patchops-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	made := filepath.Join(work, filepath.Base(file))
	if err := write(made); err != nil {
		return err
	}
	if plain {
		return os.Rename(made, file)
	}
	b, err := os.ReadFile(made)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = out.Write(b)
	return errors.Join(err, out.Close())
}

// plainFile is the file that a name leads to, and whether it is, or will be, a regular one.
func plainFile(name string) (file string, plain bool, err error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return name, true, nil
	case err != nil:
		return "", false, err
	case info.IsDir():
		return "", false, fmt.Errorf("%s is a folder, wanted a file", name)
	case !info.Mode().IsRegular():
		return name, false, nil
	}
	file, err = filepath.EvalSymlinks(name)
	return file, true, err
}

// contents writes bytes as a file that others may read.
func contents(b []byte) func(file string) error {
	return func(file string) error { return writeOwn(file, b, 0o644) }
}
