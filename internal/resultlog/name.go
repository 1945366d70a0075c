package resultlog

import (
	"fmt"
	"strconv"
	"strings"
)

// Name is one log.
type Name struct {
	Repository string // id
	Client     string // Org for what belongs to no client
	Year       int
	Part       int // 0, and in a year of more than MaxRecords records 2, 3, ...
}

// Org is the client of what belongs to none: lease, root, keys, decisions that
// touch no client.
const Org = "_org"

// MaxRecords is when a log is full and a new part begins.
const MaxRecords = 1_000_000

// Branch is the log's branch below a prefix, without refs/heads/.
func (n Name) Branch(prefix string) string { return prefix + "/" + n.Client + "/" + n.period() }

// Origin is the first line of the log's checkpoints.
func (n Name) Origin() string { return "patchops/" + n.Repository + "/" + n.Client + "/" + n.period() }

func (n Name) period() string {
	if n.Part == 0 {
		return fmt.Sprintf("%04d", n.Year)
	}
	return fmt.Sprintf("%04d-%d", n.Year, n.Part)
}

// ParseBranch reads a branch name that Branch made.
func ParseBranch(prefix, repository, branch string) (Name, bool) {
	rest, ok := strings.CutPrefix(branch, prefix+"/")
	if !ok {
		return Name{}, false
	}
	return parseName(repository, rest)
}

// ParseOrigin reads an origin that Origin made.
func ParseOrigin(origin string) (Name, bool) {
	rest, ok := strings.CutPrefix(origin, "patchops/")
	repository, rest, found := strings.Cut(rest, "/")
	if !ok || !found || repository == "" {
		return Name{}, false
	}
	return parseName(repository, rest)
}

func parseName(repository, rest string) (Name, bool) {
	client, period, ok := strings.Cut(rest, "/")
	year, part, parted := strings.Cut(period, "-")
	n := Name{Repository: repository, Client: client}
	var err1, err2 error
	n.Year, err1 = strconv.Atoi(year)
	if parted {
		n.Part, err2 = strconv.Atoi(part)
	}
	valid := ok && client != "" && err1 == nil && err2 == nil && n.Year > 0 && (!parted || n.Part > 1)
	return n, valid && n.period() == period
}

// before reports whether n is an earlier log of the same client than o.
func (n Name) before(o Name) bool {
	return n.Repository == o.Repository && n.Client == o.Client && (n.Year < o.Year || n.Year == o.Year && n.Part < o.Part)
}
