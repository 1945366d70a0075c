package simulation

// failures are the hosts of a wave that failed for certain, and those that nobody knows of
// for too long, whosever clock says so.
func (j *judge) failures(wave int) int { return j.failed(wave, -clockSlack) }

// failed counts those as lost that will be after so many seconds.
func (j *judge) failed(wave int, ahead int64) int {
	n := 0
	for i := range j.seats {
		if s := &j.seats[i]; s.wave == wave && (s.failed || s.inFlight && j.gone(i, ahead)) {
			n++
		}
	}
	return n
}

// flying are the sessions of a wave under way, and with known those that somebody knows
// of.
func (j *judge) flying(wave int, known bool) int {
	n := 0
	for i := range j.seats {
		if s := &j.seats[i]; s.inFlight && s.wave == wave && (!known || !j.lost(i)) {
			n++
		}
	}
	return n
}

// lost says of a host that nobody knew what became of its claim when it was long over, as
// somebody's clock may say; gone so many seconds from now.
func (j *judge) lost(host int) bool { return j.gone(host, clockSlack) }

func (j *judge) gone(host int, ahead int64) bool {
	for _, c := range j.open {
		if c.host == host && c.unknown && j.w.now+ahead >= parse(c.record.T)+c.record.Worst+10*minute {
			return true
		}
	}
	return false
}
