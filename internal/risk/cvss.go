package risk

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	cvss20 "github.com/pandatix/go-cvss/20"
	cvss30 "github.com/pandatix/go-cvss/30"
	cvss31 "github.com/pandatix/go-cvss/31"
	cvss40 "github.com/pandatix/go-cvss/40"
)

// Base is the base score of a CVSS vector of version 2, 3.0, 3.1 or 4.0 in
// tenths, 0 to 100; of version 4.0 its score without threat and environment.
func Base(vector string) (int, error) {
	score, err := base(vector)
	if err != nil {
		return 0, fmt.Errorf("vector %q is no CVSS vector: %w", vector, reason(err))
	}
	return int(math.Round(score * 10)), nil
}

func base(vector string) (float64, error) {
	version, rest, _ := strings.Cut(vector, "/")
	switch version {
	case "CVSS:4.0":
		return base40(rest)
	case "CVSS:3.1":
		v, err := cvss31.ParseVector(vector)
		if err != nil {
			return 0, err
		}
		return v.BaseScore(), nil
	case "CVSS:3.0":
		v, err := cvss30.ParseVector(vector)
		if err != nil {
			return 0, err
		}
		return v.BaseScore(), nil
	}
	if number, ok := strings.CutPrefix(version, "CVSS:"); ok {
		return 0, fmt.Errorf("version %q is none of 2, 3.0, 3.1 and 4.0", number)
	}
	v, err := cvss20.ParseVector(vector)
	if err != nil {
		return 0, err
	}
	return v.BaseScore(), nil
}

// base40 scores the base metrics alone: the others change the score of a
// version 4.0 vector, and are the reader's, not the vendor's.
func base40(rest string) (float64, error) {
	if _, err := cvss40.ParseVector("CVSS:4.0/" + rest); err != nil {
		return 0, err
	}
	base := strings.Fields("AV AC AT PR UI VC VI VA SC SI SA")
	var metrics []string
	for metric := range strings.SplitSeq(rest, "/") {
		name, _, _ := strings.Cut(metric, ":")
		if slices.Contains(base, name) {
			metrics = append(metrics, metric)
		}
	}
	v, err := cvss40.ParseVector("CVSS:4.0/" + strings.Join(metrics, "/"))
	if err != nil {
		return 0, err
	}
	return v.Score(), nil
}

// reason puts the library's errors into the words of findings.
func reason(err error) error {
	text := strings.TrimSuffix(err.Error(), ".")
	return errors.New(strings.ToLower(text[:min(1, len(text))]) + text[min(1, len(text)):])
}

// Rating is the severity of a base score in tenths, by the qualitative scale of
// CVSS 3.0, which 3.1 and 4.0 share.
func Rating(tenths int) string {
	switch {
	case tenths >= 90:
		return "critical"
	case tenths >= 70:
		return "high"
	case tenths >= 40:
		return "medium"
	case tenths > 0:
		return "low"
	}
	return "none"
}

// Worst is the highest base score of the vectors that can be read, and which it
// is; -1 where there is none.
func Worst(vectors []string) (tenths, index int) {
	index = -1
	for i, vector := range vectors {
		if score, err := Base(vector); err == nil && (index < 0 || score > tenths) {
			tenths, index = score, i
		}
	}
	return tenths, index
}
