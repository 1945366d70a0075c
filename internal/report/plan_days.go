package report

import (
	"fmt"
	"time"
)

// htmlDays is how many sessions start on each day, in UTC.
type htmlDays struct {
	Label  string
	Bars   []htmlDay
	Labels []htmlDayLabel
}

type htmlDay struct {
	X, W, Middle, Title string
	Y, H, TextY         int64
	Value               string
}

type htmlDayLabel struct{ X, Text string }

// days counts session starts a day over the overview; nil where there are none.
func (v *planView) days(s scale) *htmlDays {
	first := s.from - s.from%daySeconds
	counts := make([]int64, (s.to-first)/daySeconds+1)
	most, sum := int64(0), 0
	for i := range v.Shown {
		for _, p := range v.Shown[i].Placements {
			n := max(0, (p.Start-first)/daySeconds)
			counts[n]++
			most, sum = max(most, counts[n]), sum+1
		}
	}
	if sum == 0 {
		return nil
	}
	out := &htmlDays{Label: fmt.Sprintf("%d sessions, at most %d a day", sum, most)}
	wide := 10_000 / int64(len(counts))
	step := (len(counts) + 13) / 14
	for i, n := range counts {
		x, at := int64(i)*wide, time.Unix(first+int64(i)*daySeconds, 0).UTC()
		if i%step == 0 {
			out.Labels = append(out.Labels, htmlDayLabel{percent(x + wide/2), at.Format("2 Jan")})
		}
		if n == 0 {
			continue
		}
		height := max(2, n*56/most)
		bar := htmlDay{
			X: percent(x + wide/10), W: percent(wide * 8 / 10), Middle: percent(x + wide/2), Y: 76 - height, H: height, TextY: 71 - height,
			Title: fmt.Sprintf("%s: %s", at.Format("Mon 2006-01-02"), plural(int(n), "session")),
		}
		if len(counts) <= 45 {
			bar.Value = fmt.Sprint(n)
		}
		out.Bars = append(out.Bars, bar)
	}
	return out
}
