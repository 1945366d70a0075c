package policies

import "testing"

func TestRulesKeepTheirTests(t *testing.T) {
	all := load(t)
	compiler, err := all.compile()
	if err != nil {
		t.Fatal(err)
	}
	failed, ran := failures(compiler)
	for _, f := range failed {
		t.Error(f)
	}
	if ran == 0 {
		t.Error("0 tests ran")
	}
}
