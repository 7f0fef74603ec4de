package route

// Request is what is known of a request before it is sent.
type Request struct {
	// Model is the name of the model that is asked for; "" where there is only one.
	Model string
	// Key is equal for requests that are best served in one place: a hash of the
	// session or of the beginning of the prompt. 0 is none.
	Key uint64
	// Input is the size that the request states, in tokens; 0 if it is not known.
	Input int
	// Priority is higher for what is served first.
	Priority uint8
}
