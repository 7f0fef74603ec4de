package home

import (
	"cmp"
	"math"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
)

// Home is the behaviour of one place where a model lives: exactly one of
// Cluster, Function and Container is set.
type Home struct {
	Name    string
	Service Service
	Cluster *Cluster
	// Function is Lambda-like: one request per environment.
	Function *Function
	// Container is Cloud-Run-like: several requests per instance.
	Container *Container
}

// Scaled says whether the number of replicas changes.
func (h *Home) Scaled() bool {
	return h.Cluster != nil && (h.Cluster.Autoscaler != nil || len(h.Cluster.Schedule) > 0)
}

// Service is how long one replica takes for a request.
type Service struct {
	// Duration is the service time in seconds for servers whose requests do not share work. Nil takes each request's own Work.
	Duration random.Dist
	// PerInput is what each input token adds to Duration, before Scale.
	PerInput time.Duration
	// Scale multiplies the service time: slower hardware has more than 1. Zero means 1.
	Scale float64
	// Concurrency is how many requests a replica serves at once; with Batch, at most Batch.Max.
	Concurrency int
	// Batch, when set, is continuous batching instead.
	Batch *Batch
	// ByPriority takes those that wait by priority, and by arrival within one; else by arrival alone.
	ByPriority bool
}

// Slots is how many requests a replica takes: those that it serves at once, and those that wait in it.
func (s Service) Slots() int {
	if s.Batch == nil {
		return s.Concurrency
	}
	return s.Concurrency + s.Batch.MaxWaiting
}

// MeanServiceTime returns the mean time that one request takes of a replica, in
// seconds: in full batches for batched service. mean is the mean request.
func (s Service) MeanServiceTime(meanWork time.Duration, meanInput, meanOutput float64) float64 {
	switch {
	case s.Batch != nil:
		perToken := s.Batch.decode(s.Concurrency).Seconds() / float64(s.Concurrency)
		return math.Max(1, meanOutput)*perToken + meanInput*s.Batch.Gamma.Seconds()
	case s.Duration != nil:
		return (s.Duration.Mean() + meanInput*s.PerInput.Seconds()) * cmp.Or(s.Scale, 1) / float64(s.Concurrency)
	}
	return meanWork.Seconds() * cmp.Or(s.Scale, 1) / float64(s.Concurrency)
}
