package statement

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/signature"
)

// maxNumber is the last place of a chain; its files are named by eight digits.
const maxNumber = 99_999_999

// folder holds the files of a chain.
const folder = "statements"

// Entry is what stands at one place of a person's chain.
type Entry struct {
	Number    int64 // from 1
	Signed    Signed
	Statement Statement     // zero if Problem
	Key       signature.Key // that signed; zero if Problem
	Problem   string        // why it says nothing
}

// ReadChain reads a person's chain, the branch patchops/approvals/<person>, from
// the trees of its commits, oldest first; the last alone will do where nothing was
// removed. What was once there stays: a later tree can neither remove nor change
// it. Problems are about the chain as a whole.
//
// Anybody with push rights can put files there. So what is no statement of that
// person says nothing, and silences nobody: each statement binds by Serial and
// Prev to all that stands before it, whatever it is, and the next one binds to it
// again. Places behind a missing one are not read.
func ReadChain(person string, trees ...fs.FS) (chain []Entry, problems []string, err error) {
	all, known := map[int64]Signed{}, map[string]string{}
	for i, tree := range trees {
		more, err := readFiles(tree, known, &problems)
		if err != nil {
			return nil, nil, err
		}
		for _, n := range slices.Sorted(maps.Keys(all)) {
			if now, ok := more[n]; i > 0 && (!ok || now != all[n]) {
				problems = append(problems, fmt.Sprintf("statement %d was removed or changed later: it stands as it was", n))
			}
		}
		for n, s := range more {
			if _, known := all[n]; !known {
				all[n] = s
			}
		}
	}
	slices.Sort(problems)
	problems = slices.Compact(problems)
	var prev string
	for n := int64(1); ; n++ {
		s, ok := all[n]
		if !ok {
			break
		}
		chain = append(chain, entry(person, n, prev, s))
		prev = s.Digest()
	}
	if behind := len(all) - len(chain); behind > 0 {
		problems = append(problems, fmt.Sprintf("statement %d is missing: %d behind it are not read", len(chain)+1, behind))
	}
	return chain, problems, nil
}

func entry(person string, number int64, prev string, s Signed) Entry {
	e := Entry{Number: number, Signed: s}
	said, key, err := s.Open()
	switch {
	case err != nil:
		e.Problem = strings.TrimPrefix(err.Error(), ErrStatement.Error()+": ")
	case said.Person != person:
		e.Problem = fmt.Sprintf("speaks for %q, wanted %q", said.Person, person)
	case said.Serial != number:
		e.Problem = fmt.Sprintf("serial %d, wanted %d: it was signed for another place", said.Serial, number)
	case said.Prev != prev:
		e.Problem = fmt.Sprintf("follows %q, wanted %q: it was signed after something else", said.Prev, prev)
	default:
		e.Statement, e.Key = said, key
	}
	return e
}

// readFiles reads the statements of one tree by number; known are the files of other trees,
// for most are in all of them.
func readFiles(tree fs.FS, known map[string]string, problems *[]string) (map[int64]Signed, error) {
	entries, err := fs.ReadDir(tree, folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a chain of statements: %w", err)
	}
	out := map[int64]Signed{}
	for _, file := range entries {
		n, sig, ok := number(file.Name())
		if !ok || !file.Type().IsRegular() {
			*problems = append(*problems, fmt.Sprintf("%q is no file of a chain", path.Join(folder, file.Name())))
			continue
		}
		b, err := readOnce(tree, file, known)
		if err != nil {
			return nil, fmt.Errorf("read a chain of statements: %w", err)
		}
		s := out[n]
		if sig {
			s.Signature = b
		} else {
			s.Statement = b
		}
		out[n] = s
	}
	return out, nil
}

// identifier is a file system that knows of a file which content it has, without reading it.
type identifier interface{ ContentID(name string) string }

// readOnce is readFile, unless a file of that content was read before.
func readOnce(tree fs.FS, file fs.DirEntry, known map[string]string) (string, error) {
	id := ""
	if i, ok := tree.(identifier); ok {
		id = i.ContentID(path.Join(folder, file.Name()))
	}
	if b, ok := known[id]; ok && id != "" {
		return b, nil
	}
	b, err := readFile(tree, file)
	if err == nil && id != "" {
		known[id] = b
	}
	return b, err
}

// readFile reads a file; of one that is too large just so much that it is no
// statement any more.
func readFile(tree fs.FS, file fs.DirEntry) (string, error) {
	info, err := file.Info()
	if err != nil {
		return "", err
	}
	if info.Size() > Largest {
		return strings.Repeat("x", Largest+1), nil
	}
	b, err := fs.ReadFile(tree, path.Join(folder, file.Name()))
	return string(b), err
}

// number reads the name of a chain's file: "00000007.json" or "00000007.json.sig".
func number(name string) (n int64, sig, ok bool) {
	name, sig = strings.CutSuffix(name, ".sig")
	digits, ok := strings.CutSuffix(name, ".json")
	if !ok || len(digits) != 8 || strings.Trim(digits, "0123456789") != "" {
		return 0, false, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, sig, err == nil && n > 0
}

// Next is the serial and prev of the statement that follows a chain.
func Next(chain []Entry) (serial int64, prev string) {
	if len(chain) == 0 {
		return 1, ""
	}
	last := chain[len(chain)-1]
	return last.Number + 1, last.Signed.Digest()
}

// File is one file of a chain's branch.
type File struct {
	Path  string
	Bytes []byte
}

// Files are the files of a chain, or a part of one, sorted by path.
func Files(chain ...Entry) []File {
	var out []File
	for _, e := range chain {
		name := fmt.Sprintf("%s/%08d.json", folder, e.Number)
		out = append(out, File{name, []byte(e.Signed.Statement)}, File{name + ".sig", []byte(e.Signed.Signature)})
	}
	slices.SortFunc(out, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	return slices.DeleteFunc(out, func(f File) bool { return len(bytes.TrimSpace(f.Bytes)) == 0 })
}

// Add is the entry with which a signed statement follows a chain; an error if it
// was signed for another place, or says nothing.
func Add(person string, chain []Entry, s Signed) (Entry, error) {
	serial, prev := Next(chain)
	e := entry(person, serial, prev, s)
	if e.Problem != "" {
		return e, bad("%s", e.Problem)
	}
	return e, nil
}
