package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// file puts a message into a folder, whole or not at all. The same message is the same
// file.
func (s *Sender) file(dir string, m Message) error {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return errors.New("its folder cannot be made")
	}
	f, err := os.CreateTemp(dir, ".part-*")
	if err != nil {
		return errors.New("its folder cannot be written to")
	}
	_, err = f.Write(append(b, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, fileName(m.ID)+".json"))
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return errors.New("its folder cannot be written to")
	}
	return nil
}

// fileName keeps of an id what any file system and header takes.
func fileName(id string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' {
			return c
		}
		return '-'
	}, id[:min(len(id), 150)])
}

// secret reads a file that nobody else may read, without the line feed at its end.
func (s *Sender) secret(file string) ([]byte, error) {
	if s.Read != nil {
		return s.Read(file)
	}
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, errors.New("the file of its secret cannot be read")
	case !info.Mode().IsRegular() || info.Size() > 1<<16 || info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("the file of its secret has mode %v, wanted a file with 0600", info.Mode())
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, errors.New("the file of its secret cannot be read")
	}
	return []byte(strings.TrimRight(string(b), "\r\n")), nil
}
