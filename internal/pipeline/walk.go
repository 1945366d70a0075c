package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"strings"
	"sync"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// class is what patchops takes a file for, by its path alone.
type class byte

const (
	other class = iota
	documentYAML
	documentCUE
	ownPolicy
	ownSchema
	approvalTest
)

func classify(name string) class {
	ext := path.Ext(name)
	switch {
	case strings.HasPrefix(name, "policies/"):
		if ext == ".rego" {
			return ownPolicy
		}
		return other
	case strings.HasPrefix(name, "schemas/"):
		if ext == ".cue" {
			return ownSchema
		}
		return other
	case ext == ".yaml" || ext == ".yml":
		if strings.HasSuffix(strings.TrimSuffix(name, ext), "_test") {
			return approvalTest
		}
		return documentYAML
	case ext == ".cue":
		return documentCUE
	}
	return other
}

// walker collects what a walk over the tree finds.
type walker struct {
	tree  *Tree
	files []found
	seen  int
	bytes int64 // of the files collected
	full  bool  // bytes has passed its limit
}

type found struct {
	path  string
	class class
}

func (w *walker) visit(name string, entry fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	if name == "." {
		return nil
	}
	if entry.IsDir() {
		if strings.HasPrefix(entry.Name(), ".") || w.excluded(name) {
			return fs.SkipDir
		}
		return nil
	}
	if w.seen++; w.seen > maxFiles {
		w.tree.report("git/limit", finding.Error, configFile,
			fmt.Sprintf("the repository has more than %d files", maxFiles), "exclude folders that hold no documents in patchops.yaml")
		return fs.SkipAll
	}
	if w.excluded(name) {
		return nil
	}
	w.add(name, entry)
	return nil
}

// excluded reports whether Config leaves a path out; never itself, for what
// decides what is read is judged.
func (w *walker) excluded(name string) bool {
	return name != configFile && w.tree.Config != nil && w.tree.Config.Excludes(name)
}

func (w *walker) add(name string, entry fs.DirEntry) {
	c := classify(name)
	if !entry.Type().IsRegular() {
		if c != other || w.hidesFolder(name, entry) {
			w.tree.report("git/mode", finding.Error, name,
				fmt.Sprintf("%q is %s, wanted a regular file", name, describe(entry.Type())), "put the file itself there")
		}
		return
	}
	if c == other {
		if lower := strings.TrimSuffix(name, path.Ext(name)) + strings.ToLower(path.Ext(name)); classify(lower) != other {
			w.tree.report("git/path", finding.Error, name,
				fmt.Sprintf("%q would be read if its extension were %q", name, path.Ext(lower)), "rename it to "+lower)
		}
		w.weigh(name, entry)
		return
	}
	info, err := entry.Info()
	if err == nil && info.Size() > maxDocument {
		w.tree.report("yaml/limit", finding.Error, name,
			fmt.Sprintf("the file has %d bytes, the limit is %d", info.Size(), maxDocument), "split the file")
		return
	}
	if err == nil {
		w.bytes += info.Size()
		w.tree.size += info.Size()
	}
	if w.bytes > maxTree {
		if !w.full {
			w.tree.report("git/limit", finding.Error, configFile,
				fmt.Sprintf("the documents of the repository have more than %d MiB, %s and what follows was not read", maxTree>>20, name),
				"exclude folders that hold no documents in patchops.yaml")
		}
		w.full = true
		return
	}
	w.files = append(w.files, found{name, c})
}

// weigh counts the bytes of a bulk file, which is read when a list names it.
func (w *walker) weigh(name string, entry fs.DirEntry) {
	if !document.IsBulk(name) {
		return
	}
	if info, err := entry.Info(); err == nil && info.Size() <= maxData {
		w.tree.size += info.Size()
	}
}

// hidesFolder reports whether what is no regular file may stand for a folder of
// documents: a link without an extension, or one that leads to a folder.
func (w *walker) hidesFolder(name string, entry fs.DirEntry) bool {
	if path.Ext(name) == "" {
		return true
	}
	info, err := fs.Stat(w.tree.fsys, name)
	return entry.Type()&fs.ModeSymlink != 0 && err == nil && info.IsDir()
}

func describe(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode&fs.ModeIrregular != 0:
		return "a submodule"
	}
	return "no regular file"
}

// readAll reads the collected files on all processors, in a fixed order.
func (w *walker) readAll() error {
	sources := make([]Source, len(w.files))
	err := parallel(len(w.files), 16, func(i int) error {
		b, err := fs.ReadFile(w.tree.fsys, w.files[i].path)
		if err != nil {
			return fmt.Errorf("read the repository: %w", err)
		}
		sources[i] = Source{Path: w.files[i].path, Bytes: b, Digest: digest(b)}
		return nil
	})
	for i, s := range sources {
		switch w.files[i].class {
		case ownPolicy:
			w.tree.Policies = append(w.tree.Policies, s)
		case ownSchema:
			w.tree.Schemas = append(w.tree.Schemas, s)
		case approvalTest:
			w.tree.Tests = append(w.tree.Tests, s)
		default:
			w.tree.Documents = append(w.tree.Documents, s)
		}
	}
	return err
}

// parallel calls f for 0..n-1 from as many goroutines as there are processors,
// chunk by chunk, and waits for them all.
func parallel(n, chunk int, f func(i int) error) error {
	var next int
	var mu sync.Mutex
	take := func() (from, to int) {
		mu.Lock()
		defer mu.Unlock()
		from = next
		next = min(n, next+chunk)
		return from, next
	}
	workers := runtime.GOMAXPROCS(0)
	errs := make([]error, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for from, to := take(); from < to; from, to = take() {
				for i := from; i < to; i++ {
					errs[w] = errors.Join(errs[w], f(i))
				}
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}
