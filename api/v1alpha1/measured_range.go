package v1alpha1

// MeasuredRange is the range of conditions that a profile was measured under.
type MeasuredRange struct {
	// Requests is the number of measured requests.
	Requests int64 `json:"requests" check:"gte=1"`
	// Rate is the maximum rate over ten seconds, or over the whole load if that is shorter, in requests per second.
	Rate float64 `json:"rate,omitempty" check:"gte=0"`
	// InFlight is the maximum number of requests in the server at once.
	InFlight int `json:"inFlight,omitempty" check:"gte=0"`
	// Saturated says that requests waited for a free place, so that concurrency or maxBatch is the server's limit; otherwise it
	// is the maximum that was tried.
	Saturated bool `json:"saturated,omitempty"`
	// Input is the sizes of the prompts, in tokens.
	Input *TokenRange `json:"input,omitempty"`
	// Output is the sizes of the answers, in tokens.
	Output *TokenRange `json:"output,omitempty"`
}

// TokenRange is a range of token counts.
type TokenRange struct {
	// Least is the minimum.
	Least int64 `json:"least" check:"gte=0"`
	// Greatest is the maximum.
	Greatest int64 `json:"greatest" check:"gte=0"`
}
