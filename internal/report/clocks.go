package report

import (
	"time"

	"github.com/patchops/patchops/internal/window"
)

// clocks remembers how instants read: of many windows most are alike, and to find
// an offset in a zone's table is what listing them costs.
// It is for one goroutine: taking turns costs more than reading the same once more.
type clocks struct{ known map[reading]string }

type reading struct {
	start, end int64
	zone       *time.Location
	form       byte
}

func (c *clocks) of(r reading, read func() string) string {
	if s, ok := c.known[r]; ok {
		return s
	}
	s := read()
	if c.known == nil {
		c.known = map[reading]string{}
	}
	c.known[r] = s
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

// length is the function length.
func (c *clocks) length(seconds int64) string {
	return c.of(reading{0, seconds, nil, 'd'}, func() string { return length(seconds) })
}
