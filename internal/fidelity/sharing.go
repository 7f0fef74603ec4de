package fidelity

import (
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/oracle"
)

const aboutSharing = `One replica with continuous batching whose iterations take 1 ms for each sequence: all requests inside share it equally.
Requests have 1,000 output tokens on average and arrive at 70 % load. The mean time is that of the load alone, whatever the distribution.`

func sharing() ([]experiment, error) {
	const lambda, tokens = 0.7, 1000
	q, err := oracle.NewMG1(lambda, tokens*time.Millisecond.Seconds(), 0) // cv2 does not matter
	if err != nil {
		return nil, err
	}
	replica := home.Home{
		Name:    "shared replica",
		Service: home.Service{Concurrency: 1000, Batch: &home.Batch{Beta: time.Millisecond, Max: 1000}},
		Cluster: &home.Cluster{Replicas: 1, ReplicasPerNode: 1},
	}
	var list []experiment
	for _, output := range []struct {
		name string
		v1alpha1.CountDistribution
	}{
		{"constant", v1alpha1.CountDistribution{Mean: tokens}},
		{"exponential", v1alpha1.CountDistribution{Mean: tokens, Shape: "exponential"}},
		{"lognormal with cv 2", v1alpha1.CountDistribution{Mean: tokens, Shape: "lognormal", CV: 2}},
	} {
		sizes := v1alpha1.Sizes{Input: &v1alpha1.CountDistribution{Mean: 1}, Output: &output.CountDistribution}
		list = append(list, experiment{
			name:    output.name,
			traffic: stationary{rate: lambda, sizes: sizes}, requests: 4e6,
			systems: [][]home.Home{{replica}},
			quantities: []quantity{
				{name: "mean time in system", unit: "s", expected: q.MeanSojournShared(), source: "MG1.MeanSojournShared", of: single(meanSojourn)},
				{name: "utilisation", expected: q.Load(), source: "MG1.Load", of: single(utilisation)},
			},
		})
	}
	return list, nil
}
