package oracle

import (
	"testing"

	"pgregory.net/rapid"
)

func TestMG1(t *testing.T) {
	for _, row := range []struct {
		cv2  float64
		want string
	}{{0, "2"}, {1, "4"}, {4, "10"}} {
		near(t, "E[W]", must(NewMG1(.8, 1, row.cv2)).MeanWait(), must(NewMG1(.8, 1, 0)).MeanWait()*(1+row.cv2), 1e-12)
		printed(t, "E[W]", must(NewMG1(.8, 1, row.cv2)).MeanWait(), row.want+".000000")
		printed(t, "E[T] shared", must(NewMG1(.8, 1, row.cv2)).MeanSojournShared(), "5.000000")
	}
	printed(t, "E[T of size 3] shared", must(NewMG1(.4, 2, 1)).SojournShared(3), "15.000000")
}

// TestMG1Exponential checks M/G/1 with a coefficient of variation of 1 against M/M/1.
func TestMG1Exponential(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		service := rapid.Float64Range(1e-3, 1e3).Draw(t, "service")
		lambda := rapid.Float64Range(.01, .99).Draw(t, "rho") / service
		general, markov := must(NewMG1(lambda, service, 1)), must(NewMMc(1, lambda, 1/service))
		near(t, "rho", general.Load(), markov.Load(), 1e-12)
		near(t, "E[W]", general.MeanWait(), markov.MeanWait(), 1e-9)
		near(t, "E[T]", general.MeanSojourn(), markov.MeanSojourn(), 1e-9)
		near(t, "E[Nq]", general.MeanQueue(), markov.MeanQueue(), 1e-9)
		near(t, "E[N]", general.MeanInSystem(), markov.MeanInSystem(), 1e-9)
		near(t, "E[T] shared", general.MeanSojournShared(), markov.MeanSojourn(), 1e-9)
	})
}

// TestMG1SetUp has the set-up time 10, deterministic and exponential.
func TestMG1SetUp(t *testing.T) {
	q := must(NewMG1(.5, 1, 1))
	printed(t, "deterministic", must(q.MeanSojournSetUp(10, 100)), "7.83333")
	printed(t, "exponential", must(q.MeanSojournSetUp(10, 200)), "12.000000")
	near(t, "none", must(q.MeanSojournSetUp(0, 0)), q.MeanSojourn(), 0)
}
