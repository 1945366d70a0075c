package executor

// WithoutSudo lets a test that is not root be the host's own account.
func (s *SSH) WithoutSudo() *SSH { s.unprivileged = true; return s }

// Sweep is what the first run of an Ansible executor does.
func Sweep(folder string) { sweep(folder) }
