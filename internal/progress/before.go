package progress

import "github.com/patchops/patchops/internal/dispatch"

// Before is what was installed before the session, as the host said; nil: not known. It
// is what to go back to.
func (h *Host) Before() []dispatch.Package { return h.before() }
