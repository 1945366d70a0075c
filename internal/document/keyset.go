package document

import "golang.org/x/text/unicode/norm"

// keySet finds duplicates among the keys of a map while it is built: by looking
// at a few, by an index of many. Composed and decomposed letters are the same.
type keySet struct {
	keys *[]Key
	many map[string]int
	wide bool // some key is not ASCII
}

// add returns the earlier key that equals k, if there is one. Otherwise the
// caller appends k next.
func (s *keySet) add(k Key) (first Key, dup bool) {
	const few = 16
	s.wide = s.wide || !ascii(k.Name)
	if s.many == nil && len(*s.keys) < few {
		for _, old := range *s.keys {
			if old.Name == k.Name || s.wide && composed(old.Name) == composed(k.Name) {
				return old, true
			}
		}
		return Key{}, false
	}
	if s.many == nil {
		s.many = make(map[string]int, 4*few)
		for i, old := range *s.keys {
			s.many[composed(old.Name)] = i
		}
	}
	name := composed(k.Name)
	if i, ok := s.many[name]; ok {
		return (*s.keys)[i], true
	}
	s.many[name] = len(*s.keys)
	return Key{}, false
}

// composed is a key in Unicode normalization form C.
func composed(s string) string {
	if ascii(s) {
		return s
	}
	return norm.NFC.String(s)
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
