package workload

import "context"

// A source can offer more than Open, so that operations need not go through all
// of its requests. Operations offer what their source does.

// Windowed is a workload that can be read in part. OpenWindows gives the
// requests within the windows, in order and at their own times, without drawing
// what is between them. Windows are in order, do not touch and lie within the span.
type Windowed interface {
	OpenWindows(windows []Window) (Stream, error)
}

// Rescaler is a workload that can be made again at a multiple of its rate,
// rather than by leaving out or copying requests.
type Rescaler interface {
	Rescale(factor float64) (Workload, error)
}

// Expecter is a workload that knows what to expect without drawing all of its
// requests. Expect stops soon after ctx has ended, with the context's error.
type Expecter interface {
	Expect(ctx context.Context, add Adder) error
}
