package document

import (
	"strconv"

	"gopkg.in/yaml.v3"
)

// value turns a node into a value. at is the place a finding about it points to
// when it is no scalar; depth is its own, the root's is 1.
func (y *yamlFile) value(n *yaml.Node, at Pos, depth int) Value {
	if y.nodes++; y.nodes > MaxNodes {
		if y.nodes == MaxNodes+1 {
			y.refuse("yaml/limit", y.pos(n), "split the file", "more than %s values in one file", grouped(MaxNodes))
		}
		return Value{Pos: at}
	}
	if y.full() {
		return Value{Pos: at}
	}
	if y.properties(n) {
		return Value{Pos: at}
	}
	switch n.Kind {
	case yaml.MappingNode:
		return y.mapping(n, at, depth)
	case yaml.SequenceNode:
		return y.sequence(n, at, depth)
	}
	return y.scalar(n, at)
}

// refuse reports a value that the profile does not allow.
func (y *yamlFile) refuse(id string, at Pos, hint, format string, args ...any) {
	y.bad = true
	f := y.add(id, at, format, args...)
	f.Hint, f.Path = hint, y.path.String()
}

func (y *yamlFile) tooDeep(at Pos, depth int) bool {
	if depth <= MaxDepth {
		return false
	}
	y.refuse("yaml/limit", at, "flatten the document", "more than %d lists and maps inside each other", MaxDepth)
	return true
}

func (y *yamlFile) sequence(n *yaml.Node, at Pos, depth int) Value {
	v := Value{Kind: List, Pos: at}
	if y.tooDeep(at, depth) {
		return Value{Pos: at}
	}
	if len(n.Content) > 0 {
		v.Items = make([]Value, 0, len(n.Content))
	}
	for i, c := range n.Content {
		y.path = append(y.path, Segment{Index: i})
		v.Items = append(v.Items, y.value(c, y.pos(c), depth+1))
		y.path = y.path[:len(y.path)-1]
	}
	return v
}

func (y *yamlFile) mapping(n *yaml.Node, at Pos, depth int) Value {
	v := Value{Kind: Map, Pos: at}
	if y.tooDeep(at, depth) {
		return Value{Pos: at}
	}
	if len(n.Content) > 0 {
		v.Keys = make([]Key, 0, len(n.Content)/2)
		v.Items = make([]Value, 0, len(n.Content)/2)
	}
	seen := keySet{keys: &v.Keys}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, c := n.Content[i], n.Content[i+1]
		y.nodes++
		if len(v.Keys) == MaxKeys {
			y.refuse("yaml/limit", y.pos(k), "split the map", "more than %s keys in one map", grouped(MaxKeys))
			break
		}
		key := Key{k.Value, y.pos(k)}
		if !y.key(k, key.Pos) || y.duplicate(&seen, key) {
			continue
		}
		y.path = append(y.path, Segment{Key: key.Name})
		v.Keys = append(v.Keys, key)
		v.Items = append(v.Items, y.value(c, key.Pos, depth+1))
		y.path = y.path[:len(y.path)-1]
	}
	return v
}

// key checks one key and reports whether it is a string that may stand.
func (y *yamlFile) key(k *yaml.Node, at Pos) bool {
	switch {
	case y.properties(k):
		return false
	case k.Kind != yaml.ScalarNode:
		y.refuse("yaml/key", at, "write a string", "a key is %s, keys must be strings", map[bool]string{true: "a map", false: "a list"}[k.Kind == yaml.MappingNode])
		return false
	case k.Value == "":
		y.refuse("yaml/key", at, "write a key before the colon", "a key is empty")
		return false
	case plain(k) && k.Value == "<<":
		y.refuse("yaml/merge-key", at, "write the keys out, or declare the document in CUE", "merge key <<, merge keys are not allowed")
		return false
	case len(k.Value) > MaxScalarBytes:
		y.refuse("yaml/limit", at, "shorten it", "a key of %s bytes, at most %s are allowed", grouped(len(k.Value)), grouped(MaxScalarBytes))
		return false
	case !plain(k):
		return y.escapes(k, at)
	}
	if v := scanPlain(k.Value); v.Kind != String && !boolWord(k.Value) {
		v.Pos = at
		y.refuse("yaml/key", at, "quote it", "a key is %s, keys must be strings", Describe(&v))
		return false
	}
	return true
}

// duplicate compares keys as every reader sees them: decoded, and with composed
// and decomposed letters as one (CUE does, yaml.v3 does not).
func (y *yamlFile) duplicate(seen *keySet, key Key) bool {
	first, dup := seen.add(key)
	if dup {
		y.bad = true
		f := y.add("yaml/duplicate-key", key.Pos, "key %q stands twice in one map, first in line %d", clip(key.Name), first.Pos.Line)
		f.Hint, f.Path = "remove one of them", y.path.With(Segment{Key: key.Name}).String()
		f.Related = append(f.Related, related(y.position(first.Pos), "the first one"))
	}
	return dup
}

func plain(n *yaml.Node) bool {
	return n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// scalar turns a scalar into a value; an empty plain one has no place of its
// own and takes that of its key.
func (y *yamlFile) scalar(n *yaml.Node, at Pos) Value {
	here := y.pos(n)
	if len(n.Value) > MaxScalarBytes {
		y.refuse("yaml/limit", here, "shorten it, or keep it in a file of its own", "a value of %s bytes, at most %s are allowed", grouped(len(n.Value)), grouped(MaxScalarBytes))
		return Value{Pos: here}
	}
	if plain(n) {
		v := scanPlain(n.Value)
		v.Pos = here
		if n.Value == "" {
			v.Pos = at
		}
		return v
	}
	if !y.escapes(n, here) {
		return Value{Pos: here}
	}
	return Value{Kind: String, Str: n.Value, Pos: here}
}

// escapes refuses what only an escape can bring into a double-quoted scalar; the
// file's own characters were checked before.
func (y *yamlFile) escapes(n *yaml.Node, at Pos) bool {
	if n.Style&yaml.DoubleQuotedStyle == 0 {
		return true
	}
	r := badRune(n.Value)
	if r < 0 {
		return true
	}
	if where, ok := y.escapeAt(at); ok {
		y.refuse("yaml/character", where, "remove it", "the escape gives %s, %s", shown(r), why(r))
	}
	y.bad = true
	return false
}

// escapeAt finds the first escape with a forbidden result in the double-quoted
// scalar that begins at a place; none, when the character itself stands there.
func (y *yamlFile) escapeAt(at Pos) (Pos, bool) {
	for i := y.at.to(at) + 1; i+1 < len(y.src) && y.src[i] != '"'; i++ {
		if y.src[i] != '\\' {
			continue
		}
		if r, ok := escaped(y.src[i+1:]); ok && forbidden(r) {
			return y.at.at(i), true
		}
		i++
	}
	return at, false
}

// escaped decodes the escape that b continues (YAML 1.2 section 5.7), those
// apart that give what anybody may write.
func escaped(b []byte) (rune, bool) {
	named := map[byte]rune{'0': 0, 'a': 7, 'b': 8, 'v': 11, 'f': 12, 'r': 13, 'e': 27, 'N': 0x85, 'L': 0x2028, 'P': 0x2029}
	if r, ok := named[b[0]]; ok {
		return r, true
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[b[0]]
	if digits == 0 || len(b) <= digits {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[1:1+digits]), 16, 32)
	return rune(n), err == nil
}
