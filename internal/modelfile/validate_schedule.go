package modelfile

import (
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// mostScheduled returns the largest count of a schedule.
func mostScheduled(list []v1alpha1.Scheduled) int {
	most := 0
	for _, s := range list {
		most = max(most, s.Count)
	}
	return most
}

// validateSchedule checks times, and counts against a bound of which 0 is none.
func validateSchedule(r *strictyaml.Report, path string, list []v1alpha1.Scheduled, bound int, boundPath string) {
	for i, s := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		if d := s.At.Std(); d < 0 || d >= 24*time.Hour || d%time.Minute != 0 {
			r.Reject(strictyaml.FieldPath(at, "at"), fmt.Sprintf("expected a time of the day in whole minutes, from 0s to 23h59m, got %s", s.At))
		}
		if bound > 0 && s.Count > bound {
			r.Reject(strictyaml.FieldPath(at, "count"), fmt.Sprintf("expected at most the %d that %s allows, got %d", bound, boundPath, s.Count), boundPath)
		}
	}
}
