package corpus

import (
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/document"
)

func write(b *strings.Builder, v *document.Value) {
	if v == nil {
		b.WriteString("absent")
		return
	}
	switch v.Kind {
	case document.Bool:
		b.WriteString(strconv.FormatBool(v.Bool))
	case document.Int:
		b.WriteString(strconv.FormatInt(v.Int, 10))
	case document.String, document.Odd:
		b.WriteString(strconv.Quote(v.Str))
	case document.List, document.Map:
		writeItems(b, v)
	default:
		b.WriteString("null")
	}
}

func writeItems(b *strings.Builder, v *document.Value) {
	b.WriteByte('[')
	for i := range v.Items {
		if v.Kind == document.Map {
			b.WriteString(strconv.Quote(v.Keys[i].Name) + ":")
		}
		write(b, &v.Items[i])
		b.WriteByte(',')
	}
	b.WriteByte(']')
}
