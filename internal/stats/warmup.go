package stats

import "math"

// warmupBatch is the batch size of MSER-5.
const warmupBatch = 5

// Warmup returns how many observations at the beginning of a series belong to its warm-up, by MSER-5 (K. P. White, "An
// Effective Truncation Heuristic for Bias Reduction in Simulation Output", Simulation 69(6), 1997, and its batched form by
// S. C. Spratt, 1998): the cut that makes the standard error of the mean of the rest smallest. Ok is false
// when the best cut lies in the second half: the series has not settled, or is too short to tell.
func Warmup(series []float64) (n int, ok bool) {
	batches := len(series) / warmupBatch
	if batches < 10 {
		return 0, false
	}
	means := make([]float64, batches)
	for i := range means {
		for _, x := range series[i*warmupBatch : (i+1)*warmupBatch] {
			means[i] += x / warmupBatch
		}
	}
	// From the end, so that sums of the rest grow by one batch a step. Welford's update keeps the digits.
	best, cut := math.Inf(1), 0
	var mean, squares, count float64
	for i := batches - 1; i >= 0; i-- {
		count++
		delta := means[i] - mean
		mean += delta / count
		squares += delta * (means[i] - mean)
		if count < warmupBatch {
			continue // a few batches can be equal by chance
		}
		if mser := squares / (count * count); mser <= best {
			best, cut = mser, i
		}
	}
	return cut * warmupBatch, cut <= batches/2
}
