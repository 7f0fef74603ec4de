package fidelity

import (
	"fmt"
	"math"
	"math/rand/v2"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/oracle"
	"fulcrum.dev/fulcrum/internal/random"
)

const aboutMG1 = `One replica at 80 % load, service with a mean of 1 s and a squared coefficient of variation cv2 (Pollaczek and Khinchine).
cv2 = 0 is M/D/1.`

func mg1() ([]experiment, error) {
	const lambda = 0.8
	var list []experiment
	for _, row := range []struct {
		name     string
		service  random.Dist
		cv2      float64
		requests float64
	}{
		{"constant", random.Constant(1), 0, 8e6},
		{"exponential", random.Exponential(1), 1, 16e6},
		{"hyperexponential", newHyperexponential(1, 4), 4, 20e6},
	} {
		q, err := oracle.NewMG1(lambda, 1, row.cv2)
		if err != nil {
			return nil, err
		}
		list = append(list, experiment{
			name:    fmt.Sprintf("%s, cv2 = %g", row.name, row.cv2),
			traffic: poisson(lambda), requests: row.requests,
			systems:    [][]home.Home{{servers(1, row.service)}},
			quantities: []quantity{{name: "mean wait", unit: "s", expected: q.MeanWait(), source: "MG1.MeanWait", of: single(meanWait)}},
		})
	}
	return list, nil
}

// hyperexponential is short or long exponential times, both of which make up half of the mean.
type hyperexponential struct {
	short       float64 // the share of short ones
	means       [2]float64
	expectation float64
}

// newHyperexponential returns the one with a mean and a squared coefficient of variation above 1.
func newHyperexponential(mean, cv2 float64) hyperexponential {
	p := (1 + math.Sqrt((cv2-1)/(cv2+1))) / 2
	return hyperexponential{short: p, means: [2]float64{mean / (2 * p), mean / (2 * (1 - p))}, expectation: mean}
}

// Sample draws one number.
func (h hyperexponential) Sample(r *rand.Rand) float64 {
	if r.Float64() < h.short {
		return r.ExpFloat64() * h.means[0]
	}
	return r.ExpFloat64() * h.means[1]
}

// Mean returns the expectation.
func (h hyperexponential) Mean() float64 { return h.expectation }
