package v1alpha1

import "fulcrum.dev/fulcrum/api/unit"

// Traffic is requests over time: exactly one of trace and generator, then operations in the order slice, scale,
// repeat, merge.
type Traffic struct {
	// Trace reads recorded requests.
	Trace *Trace `json:"trace,omitempty"`
	// Generator generates requests.
	Generator *Generator `json:"generator,omitempty"`
	// Slice keeps a part of the traffic.
	Slice *Slice `json:"slice,omitempty"`
	// Scale multiplies the rate. A trace is thinned at random below 1, and above 1 gets shifted
	// copies; a generator is drawn again at the new rate. Default: 1.
	Scale *float64 `json:"scale,omitempty" check:"gt=0"`
	// Repeat plays the traffic this many times in a row. Default: 1.
	Repeat int `json:"repeat,omitempty" check:"gte=1,lte=1e6"`
	// Priority is that of these requests (merged traffic has its own); the highest is taken first if
	// service.queue is priority. Default: 0.
	Priority int `json:"priority,omitempty" check:"lte=7"`
	// Merge adds other traffic on top, aligned at the start.
	Merge []Traffic `json:"merge,omitempty"`
	// Seed makes drawn arrivals and sizes repeatable. Default: 1.
	Seed *uint64 `json:"seed,omitempty"`
}

// Trace is a file of recorded requests or counts.
type Trace struct {
	// Path is relative to the model file; plain, gzip (.gz) or zstd (.zst).
	Path string `json:"path"`
	// Format is auto, azure-llm, mooncake, azure-functions, rates, servegen, combined, csv or jsonl. Default: auto.
	Format string `json:"format,omitempty" check:"oneof=auto azure-llm mooncake azure-functions rates servegen combined csv jsonl"`
	// Columns names the fields of a csv or jsonl trace.
	Columns *Columns `json:"columns,omitempty"`
	// Function keeps one function of an azure-functions trace, by its hash or a unique prefix.
	Function string `json:"function,omitempty"`
	// Durations is the durations file that belongs to an azure-functions trace, relative to the model file.
	Durations string `json:"durations,omitempty"`
	// Memory is the memory file that belongs to an azure-functions trace, relative to the model file.
	Memory string `json:"memory,omitempty"`
	// Tokens is the tokens file that belongs to a servegen trace, relative to the model file.
	Tokens string `json:"tokens,omitempty"`
	// MaxBadRows is the share of unreadable rows above which the trace is refused. Default: 1%.
	MaxBadRows *unit.Share `json:"maxBadRows,omitempty"`
	// Sizes gives requests a size if the trace has none.
	Sizes *Sizes `json:"sizes,omitempty"`
}

// Columns names the fields of a generic trace.
type Columns struct {
	// Time is the arrival: a number in timeUnit, or a date and time. Required.
	Time string `json:"time"`
	// TimeUnit is s, ms, us, ns or auto (a date and time, or seconds). Default: auto.
	TimeUnit string `json:"timeUnit,omitempty" check:"oneof=auto s ms us ns"`
	// Input is the column of input tokens.
	Input string `json:"input,omitempty"`
	// Output is the column of output tokens.
	Output string `json:"output,omitempty"`
	// Work is the column of measured service time.
	Work string `json:"work,omitempty"`
	// WorkUnit is s or ms. Default: s.
	WorkUnit string `json:"workUnit,omitempty" check:"oneof=s ms"`
}

// Slice keeps the requests from From up to, not including, To; both count from the start of the traffic.
type Slice struct {
	// From is where the part begins. Default: 0s.
	From unit.Duration `json:"from,omitempty"`
	// To is where the part ends. Default: the end of the traffic.
	To unit.Duration `json:"to,omitempty" check:"gt=0"`
}

// Generator generates requests.
type Generator struct {
	// Arrivals is poisson, gamma, weibull, mmpp or replay. Default: poisson.
	Arrivals string `json:"arrivals,omitempty" check:"oneof=poisson gamma weibull mmpp replay"`
	// Rate is the mean rate over the span. Required, except for mmpp and replay, which have their own.
	Rate unit.Rate `json:"rate,omitempty" check:"gt=0,lte=1e9"`
	// CV is the coefficient of variation of inter-arrival times for gamma and weibull, at most 100. Default, with these: 1.
	CV *float64 `json:"cv,omitempty" check:"lte=100"`
	// States are the phases of a Markov-modulated Poisson process, visited in random order.
	States []MMPPState `json:"states,omitempty"`
	// Replay draws arrivals from a rate series file (t_s,count or period_utc,count), relative to the model file.
	Replay string `json:"replay,omitempty"`
	// Span is how long the traffic lasts. Required, except for replay.
	Span unit.Duration `json:"span,omitempty" check:"gt=0"`
	// Daily gives the rate the shape of a day.
	Daily *Daily `json:"daily,omitempty"`
	// Weekly gives the rate the shape of a week.
	Weekly *Weekly `json:"weekly,omitempty"`
	// Flash adds flash crowds.
	Flash []Flash `json:"flash,omitempty"`
	// Sizes is what each request asks for.
	Sizes Sizes `json:"sizes,omitzero"`
}

// MMPPState is one phase of a Markov-modulated Poisson process.
type MMPPState struct {
	// Rate is the arrival rate in this phase.
	Rate unit.Rate `json:"rate" check:"lte=1e9"`
	// Dwell is the mean of the exponential time spent in it.
	Dwell unit.Duration `json:"dwell" check:"gt=0"`
}

// Daily modulates the rate by a raised cosine over 24 h whose mean is 1.
type Daily struct {
	// PeakToMean is the rate at the peak over the daily mean, from 1 to 2.
	PeakToMean float64 `json:"peakToMean" check:"gte=1,lte=2"`
	// PeakAt is when in the day the peak lies, below 24h; the traffic starts at midnight. Default: 14h.
	PeakAt *unit.Duration `json:"peakAt,omitempty"`
}

// Weekly lowers the rate on two days of seven; the mean over the week stays the same.
type Weekly struct {
	// Weekend is the rate on days 6 and 7 over the rate on days 1 to 5.
	Weekend float64 `json:"weekend"`
}

// Flash is a flash crowd: it multiplies the rate for a while.
type Flash struct {
	// At is when it begins.
	At unit.Duration `json:"at"`
	// Duration is how long it lasts.
	Duration unit.Duration `json:"duration" check:"gt=0"`
	// Factor multiplies the rate.
	Factor float64 `json:"factor" check:"gt=0,lte=1e6"`
}

// Sizes is what each request asks for.
type Sizes struct {
	// Input is the number of prompt tokens.
	Input *CountDistribution `json:"input,omitempty"`
	// Output is the number of generated tokens.
	Output *CountDistribution `json:"output,omitempty"`
	// Work is the service time on the hardware of a profile with fromTrace: true.
	Work *DurationDistribution `json:"work,omitempty"`
	// File is a csv of observed sizes with columns input, output, work_s (any of them), drawn row by row at random.
	File string `json:"file,omitempty"`
}
