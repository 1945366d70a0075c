package progress

import "github.com/patchops/patchops/internal/dispatch"

// stands says whether what a run did that has ended is what its plan wants. It is not where the
// plan was changed since; nor where that was while the run went on, and hosts that were done by
// then have other versions than it wants now: the run is not to end with some on the old ones and
// nobody the wiser.
func (s *State) stands(r *Run, p *Plan) bool {
	if r.Digest != p.Digest {
		return false
	}
	for asset, job := range p.Jobs {
		h := r.Hosts[asset]
		if _, gone := p.Gone[asset]; gone {
			continue // the job is only there for a claim that is open
		}
		if h != nil && h.State == Succeeded && h.grant != job.Grant && s.differs(r.Client+"/"+asset, job.Packages) {
			return false
		}
	}
	return true
}

// differs says whether a host is known to have another version of a package than is wanted.
func (s *State) differs(host string, wanted []dispatch.Package) bool {
	for _, w := range wanted {
		if f, known := s.Facts[host][FactKey("package", w.Name)]; known && f.Value != w.Version {
			return true
		}
	}
	return false
}
