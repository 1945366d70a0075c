package resultlog

import (
	"errors"
	"strings"
	"testing"
)

// rotated is a log whose key a was followed by b, by a record that a endorsed.
func rotated(t *testing.T) *branch {
	b := approved(t)
	_, newKey := logKey("b")
	add, err := AddKey(b.log.Name.Repository, newKey, b.signer)
	if err != nil {
		t.Fatal(err)
	}
	b.signer, _ = logKey("b")
	b.append(add)
	b.append(denial(1))
	return b
}

// TestRotation: who knows the old key alone verifies what the new one signs.
func TestRotation(t *testing.T) {
	b := rotated(t)
	got, err := b.verify()
	if err != nil || len(got[0].Log.Keys) != 2 {
		t.Fatal(err)
	}
	keys, _ := b.root.Verifiers()
	l, _, err := Open(b.log.Name, b.files, keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Consistent(b.files[checkpointFile].Data, keys); err != nil {
		t.Error(err)
	}
	b.append(denial(2))
	if _, more, err := l.Advance(b.files, keys); err != nil || len(more) != 1 {
		t.Error(err)
	}
	line, err := b.log.LineOf(b.files, 1)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := b.log.Prove(line, 1); err != nil || p.Key != b.log.Keys[1] {
		t.Errorf("%v by %q", err, p.Key)
	}
}

// TestKeyOfAStranger: a key that nobody endorsed, or a stranger did, is a fault.
func TestKeyOfAStranger(t *testing.T) {
	stranger, newKey := logKey("b")
	for name, bad := range map[string]Record{
		"itself":    func() Record { r, _ := AddKey(storyRepository, newKey, stranger); return r }(),
		"nobody":    {Kind: KeyAdd, Key: newKey},
		"elsewhere": func() Record { a, _ := logKey("a"); r, _ := AddKey("other", newKey, a); return r }(),
	} {
		b := approved(t)
		b.signer = stranger
		b.append(bad)
		var f *Fault
		if _, err := b.verify(); !errors.As(err, &f) || f.Seq != 6 || !strings.Contains(f.Why, "endorsed") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestYears: a new year's log names the last checkpoint of the year before, and
// approvals of then count now.
func TestYears(t *testing.T) {
	b := newBranch(t)
	dana := act(t, Approval, "dana", 1)
	b.append(dana)
	first := b.source()
	name, start, ok := b.log.Successor(2027)
	if !ok {
		t.Fatal("2027 is no other year")
	}
	next := newBranch(t)
	next.commits, next.files, next.log = nil, nil, New(name, b.root.LogKeys)
	next.files = map[string]*file{}
	d := decision("d1", dana)
	next.append(start)
	next.append(d)
	next.append(merge(d))
	second := next.source()
	o := Options{Keys: mustKeys(t, b), Root: b.root}
	if got, err := Verify([]Source{second, first}, o); err != nil || len(got) != 2 {
		t.Fatal(err)
	}
	if _, err := Verify([]Source{second}, o); err != nil {
		t.Errorf("one year alone: %v", err)
	}
	b.append(denial(9))
	if _, err := Verify([]Source{second, b.source()}, o); !errors.Is(err, ErrIntegrity) || !strings.Contains(err.Error(), "the log before") {
		t.Errorf("the old year went on: %v", err)
	}
	bad := newBranch(t)
	bad.log, bad.files, bad.commits = New(name, b.root.LogKeys), map[string]*file{}, nil
	bad.append(denial(1))
	if _, err := bad.verify(); !errors.Is(err, ErrIntegrity) || !strings.Contains(err.Error(), "begins with") {
		t.Errorf("begins with nothing: %v", err)
	}
}
