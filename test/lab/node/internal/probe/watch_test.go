package probe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// TestWatch: what the tries answer, and when results come of it.
func TestWatch(t *testing.T) {
	for _, test := range []struct {
		name    string
		spec    corev1.Probe
		answers string // a letter for each try: success, failure or hanging
		want    []string
	}{
		{"each try counts", corev1.Probe{PeriodSeconds: 2, SuccessThreshold: 1, FailureThreshold: 1}, "sfs", []string{"0s true", "2s false", "4s true"}},
		{"thresholds", corev1.Probe{PeriodSeconds: 1, SuccessThreshold: 2, FailureThreshold: 3}, "ssffsff" + "f", []string{"1s true", "7s false"}},
		{"initial delay", corev1.Probe{InitialDelaySeconds: 5, PeriodSeconds: 10, SuccessThreshold: 1, FailureThreshold: 1}, "fs", []string{"5s false", "15s true"}},
		{"time-out", corev1.Probe{TimeoutSeconds: 3, PeriodSeconds: 10, SuccessThreshold: 1, FailureThreshold: 1}, "hs", []string{"3s false", "10s true"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				begin, tries := time.Now(), 0
				var got []string
				Watch{
					Spec: &test.spec,
					Check: func(ctx context.Context) error {
						if tries == len(test.answers) {
							cancel()
							return nil
						}
						tries++
						switch test.answers[tries-1] {
						case 'h':
							<-ctx.Done()
							return context.Cause(ctx)
						case 'f':
							return errors.New("bad")
						}
						return nil
					},
					Result: func(healthy bool) { got = append(got, fmt.Sprint(time.Since(begin), " ", healthy)) },
					Failed: func(error) {},
				}.Run(ctx)
				if !slices.Equal(got, test.want) {
					t.Errorf("results %v, want %v", got, test.want)
				}
			})
		})
	}
}
