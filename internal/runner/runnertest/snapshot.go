package runnertest

import "maps"

// Image is a host as it was at a moment.
type Image struct {
	journal   map[string]entry
	highest   int64
	installed map[string]string
}

// Image takes one.
func (h *Host) Image() Image {
	h.advance()
	i := Image{highest: h.highest, installed: maps.Clone(h.Installed), journal: map[string]entry{}}
	for key, e := range h.journal {
		i.journal[key] = *e
	}
	return i
}

// Restore puts an image back, as from a backup: what the host learned since is gone.
// What ran at the time of the image does not run now. With fence the wrapper was told
// of the restore first, and knows the highest fence again.
func (h *Host) Restore(i Image, fence int64) {
	h.advance()
	h.at = nil
	h.highest, h.Installed = max(i.highest, fence), maps.Clone(i.installed)
	h.journal = map[string]*entry{}
	for key, e := range i.journal {
		e.dead = e.outcome == nil
		e.next = 0
		h.journal[key] = &e
	}
	h.Boot++
}
