package resultlog

import (
	"maps"
	"slices"
)

// layer is a map, or changes over one that stays as it is. What is zero is not there.
type layer[V comparable] struct {
	own   map[string]V
	below *layer[V]
}

func (l *layer[V]) get(key string) V {
	for ; l != nil; l = l.below {
		if v, ok := l.own[key]; ok {
			return v
		}
	}
	var none V
	return none
}

func (l *layer[V]) set(key string, v V) {
	if l.own == nil {
		l.own = map[string]V{}
	}
	var none V
	if v == none && l.below == nil {
		delete(l.own, key)
		return
	}
	l.own[key] = v
}

func (l *layer[V]) over() layer[V] { return layer[V]{below: l} }

// keys are those with a value, sorted.
func (l *layer[V]) keys() []string {
	all := map[string]bool{}
	for at := l; at != nil; at = at.below {
		for key := range at.own {
			all[key] = true
		}
	}
	var none V
	maps.DeleteFunc(all, func(key string, _ bool) bool { return l.get(key) == none })
	return slices.Sorted(maps.Keys(all))
}
