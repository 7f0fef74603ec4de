package v1alpha1

// MeasuredRange is what a profile was measured with.
type MeasuredRange struct {
	// Requests is how many the times are of.
	Requests int64 `json:"requests" check:"gte=1"`
	// Rate is the greatest rate of ten seconds, or of the whole load where that is shorter, in requests per second.
	Rate float64 `json:"rate,omitempty" check:"gte=0"`
	// InFlight is the greatest number of requests inside at once.
	InFlight int `json:"inFlight,omitempty" check:"gte=0"`
	// Saturated says that requests waited for a free place, so that concurrency or maxBatch is the server's limit; else it
	// is the most that was tried.
	Saturated bool `json:"saturated,omitempty"`
	// Input is the sizes of the prompts, in tokens.
	Input *TokenRange `json:"input,omitempty"`
	// Output is the sizes of the answers, in tokens.
	Output *TokenRange `json:"output,omitempty"`
}

// TokenRange is from the least to the greatest.
type TokenRange struct {
	// Least of them.
	Least int64 `json:"least" check:"gte=0"`
	// Greatest of them.
	Greatest int64 `json:"greatest" check:"gte=0"`
}
