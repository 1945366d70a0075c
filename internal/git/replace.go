package git

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/finding"
)

const replaceRefs = "refs/replace"

// replaced warns of replace refs: git shows something else than what is judged.
func (b *builder) replaced() error {
	ids, err := b.tree.repository.replacements()
	if err != nil {
		return fmt.Errorf("replace refs: %w", err)
	}
	for _, id := range ids {
		file := ""
		if at := slices.IndexFunc(b.tree.entries, func(e Entry) bool { return e.ID == id }); at >= 0 {
			file = b.tree.entries[at].Path
		}
		b.tree.problems = append(b.tree.problems, finding.Finding{
			ID: "git/replace", Severity: finding.Warning, Position: finding.Position{File: file},
			Message: fmt.Sprintf("object %s has a replace ref, which is ignored: git shows other content than what is judged", id),
			Hint:    "run git replace -d " + id,
		})
	}
	return nil
}

// replacements lists the ids of replaced objects, sorted.
func (r *Repository) replacements() ([]string, error) {
	ids, err := r.packedReplacements()
	if err != nil {
		return nil, err
	}
	loose, err := r.files.ReadDir(replaceRefs)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, f := range loose {
		ids = append(ids, f.Name())
	}
	slices.Sort(ids)
	return slices.Compact(slices.DeleteFunc(ids, func(id string) bool { return !isID(id) })), nil
}

func (r *Repository) packedReplacements() (ids []string, err error) {
	packed, err := r.files.Open("packed-refs")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = packed.Close() }()
	lines := bufio.NewScanner(packed)
	for lines.Scan() {
		_, name, _ := strings.Cut(lines.Text(), " ")
		if id, ok := strings.CutPrefix(name, replaceRefs+"/"); ok {
			ids = append(ids, id)
		}
	}
	return ids, lines.Err()
}
