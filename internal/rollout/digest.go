package rollout

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// digest is the SHA-256 of the plans' hashes, in order of client and plan.
func digest(hashes [][][32]byte) string {
	h := sha256.New()
	for _, client := range hashes {
		for i := range client {
			h.Write(client[i][:])
		}
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// hashOf is the SHA-256 of what one plan is about: who is worked on when, in which
// wave and window, with what; who is not, and why. When it was planned, risk and
// explanations are not in it. Texts and lists are written after their lengths, so
// that no two plans have the same encoding.
func hashOf(p *PlanSchedule) [32]byte {
	b := make([]byte, 0, 256+192*len(p.Placements)+64*len(p.Unplaced))
	number := func(n int64) { b = binary.AppendVarint(b, n) }
	text := func(s string) { b = append(binary.AppendUvarint(b, uint64(len(s))), s...) }
	text(p.Client)
	text(p.Plan)
	text(p.ID)
	number(int64(len(p.Waves)))
	for i := range p.Waves {
		text(p.Waves[i].Name)
	}
	number(int64(len(p.Placements)))
	for i := range p.Placements {
		x := &p.Placements[i]
		text(x.Asset)
		text(x.Wave)
		text(x.Window)
		number(x.Occurrence)
		number(x.Start)
		number(x.End)
		number(int64(len(x.Patches)))
		for _, patch := range x.Patches {
			text(patch)
		}
	}
	number(int64(len(p.Unplaced)))
	for i := range p.Unplaced {
		text(p.Unplaced[i].Asset)
		text(string(p.Unplaced[i].Code))
	}
	number(int64(len(p.Excluded)))
	for i := range p.Excluded {
		text(p.Excluded[i].Asset)
		text(string(p.Excluded[i].Code))
	}
	return sha256.Sum256(b)
}
