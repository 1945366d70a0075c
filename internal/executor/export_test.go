package executor

// WithoutSudo lets a test that is not root be the host's own account.
func (s *SSH) WithoutSudo() *SSH { s.unprivileged = true; return s }
