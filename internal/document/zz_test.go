package document
import ("testing";"time")
func TestZZ(t *testing.T){
 h:="apiVersion: \"patchops.dev/v1alpha1\"\nkind: \"Patch\"\n"
 for _,s:=range []string{"import \"list\"\n"+h+"spec: a: list.Range(0, 10000, 1)\n","import \"list\"\n"+h+"spec: a: list.Range(0, 20000, 1)\n",h+"spec: [for i in [1,2,3] {x:i}]\n"} {
 tt:=time.Now(); EvaluateCUE("f.cue",[]byte(s)); t.Log(time.Since(tt)) }
}
