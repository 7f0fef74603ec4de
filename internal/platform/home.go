package platform

import (
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

// Batch is continuous batching: an iteration yields one token for each sequence
// and lasts Alpha + Beta x sequences + Gamma x prompt tokens admitted in it.
type Batch struct {
	Alpha, Beta, Gamma time.Duration
	// Max is the greatest number of sequences at once.
	Max int
	// KVTokens bounds the context tokens held at once, prompt and full output reserved at admission; 0 is no bound.
	KVTokens int64
	// MaxTokens bounds the tokens of an iteration: one for each sequence whose prompt is done, and what is left for prompts, of
	// which one that is longer is spread over iterations (vllm-project/vllm:vllm/v1/core/sched/scheduler.py); 0 is no bound.
	MaxTokens int64
	// MaxWaiting is how many sequences a replica lets wait in a queue of its own; it refuses more. With 0 it takes no more than it
	// serves at once, and what arrives then waits before all replicas.
	MaxWaiting int
}

// Iteration returns how long an iteration lasts.
func (b Batch) Iteration(sequences int, promptTokens int64) time.Duration {
	return b.Alpha + time.Duration(sequences)*b.Beta + time.Duration(promptTokens)*b.Gamma
}

// Prompt is the tokens that a prompt counts as: with MaxTokens one at the least.
func (b Batch) Prompt(input int32) int64 {
	if b.MaxTokens > 0 {
		return max(1, int64(input))
	}
	return int64(input)
}

// Saturated returns the time of the instance that a request takes when the batch
// always holds n sequences: its share of the weight reads, its own token times and its prompt.
func (b Batch) Saturated(n int, input, output int32) time.Duration {
	perToken := b.Alpha/time.Duration(n) + b.Beta
	return time.Duration(max(1, output))*perToken + time.Duration(input)*b.Gamma
}
