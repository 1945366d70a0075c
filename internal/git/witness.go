package git

// Witnesses are the commits of a line, newest first, whose trees together hold all that ever
// stood in one of them: the newest, and each of which the next removed or changed something.
// Oldest first.
func (r *Repository) Witnesses(line []Commit) ([]string, error) {
	d := r.Differ()
	var out []string
	for i := len(line) - 1; i > 0; i-- {
		changes, err := d.Changes(line[i].ID, line[i-1].ID)
		if err != nil {
			return nil, err
		}
		for _, c := range changes {
			if c.Before != "" {
				out = append(out, line[i].ID)
				break
			}
		}
	}
	if len(line) > 0 {
		out = append(out, line[0].ID)
	}
	return out, nil
}
