package platform

import (
	"time"

	"fulcrum.dev/fulcrum/internal/policy"
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

// Service is how long one replica takes for a request.
type Service struct {
	// Duration is the service time in seconds for servers whose requests do not share work. Nil takes each request's own Work.
	Duration random.Dist
	// Scale multiplies the service time: slower hardware has more than 1. Zero means 1.
	Scale float64
	// Concurrency is how many requests a replica serves at once; with Batch, at most Batch.Max.
	Concurrency int
	// Batch, when set, is continuous batching instead.
	Batch *Batch
}

// Batch is continuous batching: an iteration yields one token for each sequence
// and lasts Alpha + Beta x sequences + Gamma x prompt tokens admitted in it.
type Batch struct {
	Alpha, Beta, Gamma time.Duration
	// Max is the greatest number of sequences at once.
	Max int
	// KVTokens bounds the context tokens held at once, prompt and full output reserved at admission; 0 is no bound.
	KVTokens int64
}

// Iteration returns how long an iteration lasts.
func (b Batch) Iteration(sequences int, promptTokens int64) time.Duration {
	return b.Alpha + time.Duration(sequences)*b.Beta + time.Duration(promptTokens)*b.Gamma
}

// Saturated returns the time of the instance that a request takes when the batch
// always holds n sequences: its share of the weight reads, its own token times and its prompt.
func (b Batch) Saturated(n int, input, output int32) time.Duration {
	perToken := b.Alpha/time.Duration(n) + b.Beta
	return time.Duration(max(1, output))*perToken + time.Duration(input)*b.Gamma
}

// Cluster is replicas (pods) on nodes.
type Cluster struct {
	// Replicas is the number at the start, and for good without an HPA.
	Replicas int
	// HPA scales the replicas; nil keeps them fixed.
	HPA *policy.HPA
	// ReplicasPerNode is how many pods fit on a node, at least 1.
	ReplicasPerNode int
	// NodeStartUp is from asking for a node until it is ready, in seconds.
	NodeStartUp random.Dist
	// ImagePull is how long a node takes to pull the image the first time.
	ImagePull time.Duration
	// PodStartUp is container start to readiness, weights included, in seconds.
	PodStartUp random.Dist
	// NodeIdle is how long an empty node is kept.
	NodeIdle time.Duration
}

// Function is one request per environment.
type Function struct {
	// Limit is the greatest number of concurrent executions; a request above it is rejected.
	Limit int
	// Burst and BurstPeriod bound how many environments can be created: Burst per BurstPeriod, refilled continuously. Zero is no bound.
	Burst       int
	BurstPeriod time.Duration
	// Init is the cold start in seconds; nil is none.
	Init random.Dist
	// InitLimit is the length above which an init is stopped and run again inside the first call; 0 is none.
	InitLimit time.Duration
	// IdleExpiry is how long an environment is kept after its last request.
	IdleExpiry time.Duration
	// Provisioned environments are always warm and take requests first.
	Provisioned int
	// Timeout stops a request; 0 is none.
	Timeout time.Duration
	// Step rounds billed time up.
	Step time.Duration
	// Snapshot says that Init is a restore, which is priced by itself and not billed as run time.
	Snapshot bool
}

// Container is several requests per instance.
type Container struct {
	// Min instances are always warm, Max is the most at once.
	Min, Max int
	// StartUp is from asking for an instance until it is ready, in seconds.
	StartUp random.Dist
	// IdleHold is how long an instance without a request is kept.
	IdleHold time.Duration
	// QueueTimeout is how long a request waits for an instance; 0 is for ever.
	QueueTimeout time.Duration
	// Step rounds billed time up, Minimum is the least billed for one instance's life.
	Step, Minimum time.Duration
	// BootBilled says that an instance is billed from its request rather than from readiness.
	BootBilled bool
}
