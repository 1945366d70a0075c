package policy

// Broken is why the rules of a kind or gate do not compile; nil if they do.
func (e *Engine) Broken(kindOrGate string) error {
	if q := e.query(kindOrGate); q != nil {
		return q.broken
	}
	return nil
}
