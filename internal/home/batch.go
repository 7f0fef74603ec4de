package home

import "time"

// Batch is continuous batching: an iteration yields one token for each sequence
// and lasts Alpha + Beta x sequences + Gamma x prompt tokens admitted in it.
type Batch struct {
	Alpha, Beta, Gamma time.Duration
	// Curve, if it has points, replaces Alpha + Beta x sequences: by rising numbers of sequences, from 1 on. Between its points lines
	// are straight, and beyond them the last goes on, but not down.
	Curve []IterationTime
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

// IterationTime is how long an iteration of so many sequences lasts, prompts apart.
type IterationTime struct {
	Sequences int
	Time      time.Duration
}

// Iteration returns how long an iteration lasts.
func (b *Batch) Iteration(sequences int, promptTokens int64) time.Duration {
	return b.decode(sequences) + time.Duration(promptTokens)*b.Gamma
}

// decode is an iteration without prompts.
func (b *Batch) decode(sequences int) time.Duration {
	if len(b.Curve) == 0 {
		return b.Alpha + time.Duration(sequences)*b.Beta
	}
	last := len(b.Curve) - 1
	i := 1
	for i < last && b.Curve[i].Sequences < sequences {
		i++
	}
	if i > last {
		return b.Curve[0].Time
	}
	from, to := b.Curve[i-1], b.Curve[i]
	if sequences > to.Sequences && to.Time < from.Time {
		return to.Time
	}
	return from.Time + (to.Time-from.Time)*time.Duration(sequences-from.Sequences)/time.Duration(to.Sequences-from.Sequences)
}

// Prompt is the tokens that a prompt counts as: with MaxTokens one at the least.
func (b *Batch) Prompt(input int32) int64 {
	if b.MaxTokens > 0 {
		return max(1, int64(input))
	}
	return int64(input)
}

// Saturated returns the time of the instance that a request takes when the batch
// always holds n sequences: its share of the iterations that give its tokens, and its prompt.
func (b *Batch) Saturated(n int, input, output int32) time.Duration {
	return time.Duration(max(1, output))*(b.decode(n)/time.Duration(n)) + time.Duration(input)*b.Gamma
}
