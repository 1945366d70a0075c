package document_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// columns are those of the tests.
func columns(name string) document.ColumnKind {
	switch name {
	case "name", "os":
		return document.Text
	case "tier":
		return document.Integer
	case "snapshot":
		return document.Boolean
	case "dependsOn":
		return document.Texts
	}
	if strings.HasPrefix(name, "labels.") {
		return document.Entry
	}
	return document.NoColumn
}

// rowsText writes rows as one line each: key=value@line:column.
func rowsText(rows []document.Value) string {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(mapText(&r) + "\n")
	}
	return b.String()
}

func mapText(m *document.Value) string {
	var all []string
	for i, k := range m.Keys {
		v := &m.Items[i]
		text := document.Describe(v)
		switch v.Kind {
		case document.Map:
			text = "{" + mapText(v) + "}"
		case document.List:
			text = "["
			for j := range v.Items {
				text += document.Describe(&v.Items[j])
			}
			text += "]"
		}
		all = append(all, fmt.Sprintf("%s=%s@%d:%d", k.Name, text, v.Pos.Line, v.Pos.Column))
	}
	return strings.Join(all, " ")
}

func TestCSVRowsHaveTheirPlaces(t *testing.T) {
	src := "name,tier,snapshot,dependsOn,labels.team,labels.a.b,os\n" +
		"web-01,1,true,db-01; cache,linux,x,\n" +
		"\n" +
		"\"wéb\"\"02\",,,,\"a\nb\",,\"é\"\r\n" +
		"ü,010,yes,,,ö,z\n"
	rows, fs := allRows("assets.csv", []byte(src), columns)
	if len(fs) > 0 {
		t.Fatalf("findings %v", fs)
	}
	want := `name="web-01"@2:1 tier=number 1@2:8 snapshot=true@2:10 dependsOn=["db-01""cache"]@2:15 labels={team="linux"@2:28 a.b="x"@2:34}@2:28
name="wéb\"02"@4:1 labels={team="a\nb"@4:14}@4:14 os="é"@5:5
name="ü"@6:1 tier=number 010@6:3 snapshot=yes without quotes@6:7 labels={a.b="ö"@6:13}@6:13 os="z"@6:15
`
	if got := rowsText(rows); got != want {
		t.Errorf("rows\n%swant\n%s", got, want)
	}
}

// TestCSVMistakesCostTheirRow: the rest is still read.
func TestCSVMistakesCostTheirRow(t *testing.T) {
	for _, c := range []struct{ name, src, want, rows string }{
		{"cells", "name,os\na,b,c\nd\ne,f\n", "2:1 bulk/row, 3:1 bulk/row", "e"},
		{"UTF-8", "name,os\nä,\xff\nb,c\n", "2:3 bulk/row", "b"},
		{"character", "name,os\nü\u202e,x\nb,c\n", "2:2 bulk/row", "b"},
		{"NUL", "name,os\na,x\x00\nb,c\n", "2:4 bulk/row", "b"},
		{"quote inside", "name,os\naé\"b,c\nd,e\n", "2:3 bulk/row", "d"},
		{"behind a quote", "name,os\n\"ü\"x,c\nd,e\n", "2:4 bulk/row", "d"},
		{"open quote", "name,os\na,\"b\nc,d\n", "2:3 bulk/row", "c"},
		{"runaway quote", "name,os\na,\"b\nc,d\ne,\"f\"\ng,h\n", "2:3 bulk/row", "c e g"},
		{"long row", "name,os\na," + strings.Repeat("x", document.MaxRowBytes) + "\nb,c\n", "2:1 bulk/limit", "b"},
		{"CR alone", "name,os\na,b\rc,d\ne,f\n", "2:4 bulk/row", "e"},
		{"unknown column", "name,nmae,os\na,b,c\n", "1:6 bulk/syntax", "a"},
		{"column twice", "name,os,name\na,b,c\n", "1:9 bulk/syntax", "a"},
		{"column without name", "name,,os\na,b,c\n", "1:6 bulk/syntax", "a"},
		{"label without name", "name,labels.\na,b\n", "1:6 bulk/syntax", "a"},
		{"empty", "", "1:1 bulk/syntax", ""},
		{"blank", "\n\n", "1:1 bulk/syntax", ""},
		{"broken header", "name,\"os\na,b\n", "1:6 bulk/row", ""},
		{"header after blank lines", "\n\nname,os\na,b\n", "", "a"},
		{"only a header", "name,os\n", "", ""},
		{"spreadsheet", "\ufeffname,os\r\na,b\r\n", "", "a"},
	} {
		rows, fs := allRows("assets.csv", []byte(c.src), columns)
		var names []string
		for i := range rows {
			names = append(names, rows[i].Get("name").Text())
		}
		if got := strings.Join(names, " "); short(fs) != c.want || got != c.rows {
			t.Errorf("%s: findings %q, rows %q; want %q, %q: %v", c.name, short(fs), got, c.want, c.rows, fs)
		}
	}
}

func TestRowsAreReadByTheNameOfTheFile(t *testing.T) {
	read := func(path, src string) (n int, fs string) {
		found := document.ParseRows(path, []byte(src), columns, func(document.Value) { n++ })
		return n, short(found)
	}
	if n, fs := read("a.csv", "name\nx\ny\n"); n != 2 || fs != "" {
		t.Errorf("CSV: %d rows, findings %s", n, fs)
	}
	for _, path := range []string{"a.jsonl", "a.ndjson"} {
		if n, fs := read(path, "{\"name\": \"x\"}\n"); n != 1 || fs != "" {
			t.Errorf("%s: %d rows, findings %s", path, n, fs)
		}
	}
	if _, fs := read("a.txt", "x"); fs != "1:1 bulk/syntax" {
		t.Errorf("another file: findings %s", fs)
	}
	if _, fs := read("a.csv", strings.Repeat("a\n", document.MaxBulkBytes/2+1)); fs != "1:1 bulk/limit" {
		t.Errorf("too many bytes: findings %s", fs)
	}
}

// allRows are the rows of a bulk file.
func allRows(path string, src []byte, column func(string) document.ColumnKind) ([]document.Value, []finding.Finding) {
	var rows []document.Value
	found := document.ParseRows(path, src, column, func(row document.Value) { rows = append(rows, row) })
	return rows, found
}

// FuzzParseCSV: never a panic, and every place is in the file.
func FuzzParseCSV(f *testing.F) {
	for _, src := range []string{"name,os\na,b\n", "name\n\"a\"\"b\"\n", "name,os\r\n\"x\ny\",z\r\n", "a,a,\n\"", "name\n\"x\"y\n\"\n"} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		rows, fs := allRows("a.csv", src, columns)
		inFile(t, src, rows, fs)
	})
}

// TestRowsHaveALimit: a file of very many rows, or of very many cells, ends in one
// finding at the row where it is too much.
func TestRowsHaveALimit(t *testing.T) {
	for _, c := range []struct {
		path, src, want string
		rows            int
	}{
		{"a.csv", "name\n" + strings.Repeat("a\n", document.MaxRows), "", document.MaxRows},
		{"a.csv", "name\n" + strings.Repeat("a\n", document.MaxRows+5), "50002:1 bulk/limit", document.MaxRows},
		{"a.jsonl", strings.Repeat("{\"name\": \"a\"}\n", document.MaxRows+5), "50001:1 bulk/limit", document.MaxRows},
		{"a.jsonl", strings.Repeat("{\"tags\": ["+strings.Repeat("1,", 9999)+"1]}\n", 200), "51:1 bulk/limit", 50},
	} {
		n := 0
		found := document.ParseRows(c.path, []byte(c.src), columns, func(document.Value) { n++ })
		if got := short(found[max(0, len(found)-1):]); got != c.want || n != c.rows {
			t.Errorf("%s: %d rows, finding %q; wanted %d, %q", c.path, n, got, c.rows, c.want)
		}
	}
}
