package rollout

import (
	"encoding/json"
)

// dump writes an input or a schedule without all that is zero, for people.
func dump(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return err.Error()
	}
	text, err = json.Marshal(pruned(tree))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func pruned(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for key, value := range x {
			if value = pruned(value); value == nil {
				delete(x, key)
			} else {
				x[key] = value
			}
		}
		if len(x) == 0 {
			return nil
		}
	case []any:
		for i := range x {
			x[i] = pruned(x[i])
		}
		if len(x) == 0 {
			return nil
		}
	case float64:
		if x == 0 {
			return nil
		}
	case string:
		if x == "" {
			return nil
		}
	case bool:
		if !x {
			return nil
		}
	}
	return v
}
