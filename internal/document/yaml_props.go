package document

import (
	"gopkg.in/yaml.v3"

	"github.com/patchops/patchops/internal/finding"
)

const (
	aliasMessage = "alias %q, anchors and aliases are not allowed"
	aliasHint    = "write the value out, or declare the document in CUE"
)

// properties reports the anchor, the alias and the tag of a node, each at its
// own place, and whether there was one. The parser drops some of them ("! x"),
// so where the text may have any they are read from it.
func (y *yamlFile) properties(n *yaml.Node) bool {
	known := n.Anchor != "" || n.Kind == yaml.AliasNode || n.Style&yaml.TaggedStyle != 0
	if !known && !y.props {
		return false
	}
	found := y.written(n)
	if known && !found {
		y.refuse("yaml/alias", y.pos(n), aliasHint, "an anchor, alias or tag, they are not allowed")
	}
	return known || found
}

// written reports the properties that stand in the text where a node begins.
func (y *yamlFile) written(n *yaml.Node) (found bool) {
	for i := y.at.to(y.pos(n)); i < len(y.src); {
		c := y.src[i]
		if c != '&' && c != '*' && c != '!' {
			break
		}
		if y.skips(n, c) {
			return found
		}
		end := i
		for end < len(y.src) && y.src[end] > ' ' && !flowIndicator(y.src[end]) {
			end++
		}
		found = true
		y.property(c, y.at.at(i), clip(string(y.src[i:end])))
		for i = end; i < len(y.src) && (y.src[i] == ' ' || y.src[i] == '\n' || y.src[i] == '\r'); i++ {
		}
	}
	return found
}

// skips reports whether an indicator at a node's place belongs to its first key
// instead: a block map begins where its first key begins.
func (y *yamlFile) skips(n *yaml.Node, c byte) bool {
	if n.Kind != yaml.MappingNode || n.Style&yaml.FlowStyle != 0 || len(n.Content) == 0 || y.pos(n.Content[0]) != y.pos(n) {
		return false
	}
	return c == '*' || n.Anchor == "" && n.Style&yaml.TaggedStyle == 0
}

func (y *yamlFile) property(c byte, at Pos, text string) {
	switch c {
	case '&':
		y.refuse("yaml/alias", at, aliasHint, "anchor %q, anchors and aliases are not allowed", text)
	case '*':
		y.refuse("yaml/alias", at, aliasHint, aliasMessage, text)
	default:
		y.refuse("yaml/tag", at, "remove it", "tag %q, tags are not allowed", text)
	}
}

func related(at finding.Position, message string) finding.Related {
	return finding.Related{Position: at, Message: message}
}
