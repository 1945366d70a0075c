package report

import (
	"sync"
	"time"

	"github.com/patchops/patchops/internal/window"
)

// clocks remembers how instants read: of many windows most are alike, and to find
// an offset in a zone's table is what listing them costs.
//
// It may be used by several goroutines.
type clocks struct{ known sync.Map }

type reading struct {
	start, end int64
	zone       *time.Location
	form       byte
}

func (c *clocks) of(r reading, read func() string) string {
	if s, ok := c.known.Load(r); ok {
		return s.(string)
	}
	s := read()
	c.known.Store(r, s)
	return s
}

// local is as the function local; without a zone, utc.
func (c *clocks) local(t int64, zone *time.Location) string {
	return c.of(reading{t, 0, zone, 'l'}, func() string { return local(t, zone) })
}

// span is localSpan.
func (c *clocks) span(start, end int64, zone *time.Location) string {
	return c.of(reading{start, end, zone, 's'}, func() string { return localSpan(start, end, zone) })
}

// nominal is seconds.
func (c *clocks) nominal(l window.Local) string {
	return c.of(reading{int64(l), 0, nil, 'n'}, func() string { return seconds(l) })
}
