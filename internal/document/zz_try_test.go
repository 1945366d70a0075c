package document
import ("testing";"strings";"time")
func TestTry(t *testing.T){
 for _,s:=range []string{"a: 1\n b: 2\n","a: [1, 2\nb: 3\n","a: \"x\nb: 1\n","a: 1\n\tb: 2\n","a:\n\t- 1\n","a: 'x\n","a: b: c\n","- a\nb: 1\n","a: 1\n- b\n","a: }\n","a: @x\n","a: `x`\n","a: %x\n","a: 1\n...\ngarbage\n","a: 1\n...\n--- \nb: 2","%YAML 1.2\n---\na: 1\n","a: |x\n  b\n","a: \"\\q\"\n","a: *x\n","a: &x\n","a: 1\nb\nc: 2\n","a: {b: 1\nc: 2}\n","a: [}\n","? a\n: b\n","a:\n  - b\n c: 1\n","a: !<x b\n","a: \"\\u12\"\n","a: \"x\"y\n","a: 1\n--- \nb: [\n", "a: 1\n---\n\"x", "key: >\n\ttext\n","a: |\n  x\n y\n","{a: 1, b}\n","a: 1\n... garbage\n","a: 1\n--- b: 2\n", "a\tb: 1\n","a:\t1\n", "{a: 1,\n\tb: 2}\n", "a: b\n\tc\n","-\ta\n","[a\n,b]: c",
 "a: 1\na: 1\n","10: a\n0xa: b\nnull: 1\ntrue: 2\non: 1\n","x: 9\n<<: {x: 1}\n","a: ! 12\nb: !!str x\nc: !foo {a: 1}\n&x d: 1\n? [a]\n: 1\n","a: &q !t [1]\nb: *q\n", "a: \"x\\0y\"\nb: \"\\x07\"\n", "\xef\xbb\xbfa: 1","a: \xff","a\x00: 1","","# c\n","null\n","- a\n- b\n","foo\n","a: 1\n---\n","---\n---\na: 1", "a: 1\rb: 2\r", "h\u202eost: a\u200b\n","a: 1\n---\n\tb: 1\n---\nc: [\n---\nd: 1\n", "a: - b\n", "a: 1\n---\nb: yes\nc: [~, , ]", "a:\nb: |\n  x\n\ty\n", "\"\": 1\n",
 "a: |\n  \tx\n  [[[\n  - \"\nb: 'it''s\n  [ x'\nc: it's\n  'tis\n  \"quote\nd: {x: \"]\", y: [a b'c]}\n"} {
  ds,fs:=ParseYAML("f.yaml",[]byte(s))
  t.Logf("%q -> %d docs",s,len(ds))
  for _,f:=range fs { t.Logf("      %d:%d %s %s | %s | %s %v",f.Line,f.Column,f.ID,f.Message,f.Hint,f.Path,f.Related) }
 }
}
func fill(s string) string { return strings.Repeat(s, (1<<20)/len(s)) }
func TestSlow(t *testing.T){
 deep:=""
 for i:=0;i<1440;i++ { deep+=strings.Repeat(" ",i)+"-\n" }
 cases:=map[string]string{
 "comments":fill("# a\n"),"comments0":"a: 1\n"+fill("#\n")[:1000000],"indcomments":"a:\n"+fill("  # x\n")[:1000000],
 "flow a,":"["+fill("a,")[:199990]+"]","flow ,1":"["+fill("1,")[:1000000]+"]","flow []":"["+fill("[],")[:399990]+"]","flow {}":"["+fill("{},")[:399990]+"]",
 "dashes":fill("-\n"),"dash a":fill("- a\n")[:399980],"a:":fill("a:\n"),"?":fill("?\n")[:200000],"docs":fill("---\n"),"docs2":fill("---\na: 1\n"),
 "open[":fill("["),"open{":fill("{"),"- - ":fill("- "),"? ? ":fill("? "),"deep":deep,
 "flow a:":"["+fill("a: ,")[:799996]+"]","quoted key": fill("\"a\": b\n")[:700000],"alias":"- &a b\n"+fill("- *a\n")[:499980],
 "bad": fill("\u202e")[:1000000-1],"esc": "a: \""+fill("\\0")[:60000]+"\"",
 }
 for k,v:=range cases { tt:=time.Now(); ds,fs:=ParseYAML("f",[]byte(v)); t.Logf("%-16s %7d docs %8v %d %v",k,len(ds),time.Since(tt).Round(time.Millisecond),len(fs),fs[:min(1,len(fs))]) }
}
