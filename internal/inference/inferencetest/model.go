// Package inferencetest serves a small model by the Open Inference Protocol, version 2, over HTTP and gRPC, for tests.
//
// The model, "linear", is one layer: it takes FP32 rows of four numbers as "x" and gives three scores for each as "y". In
// go requests, out come answers computed from what they hold. Start with New.
package inferencetest

import "fmt"

// The model's name and version.
const (
	Name    = "linear"
	Version = "1"
)

const (
	features = 4
	scores   = 3
)

var (
	weights = [scores][features]float32{{0.5, 1.25, -2, -1}, {0.25, -0.5, 0.5, -0.75}, {-1, -0.75, 1.5, 2}}
	bias    = [scores]float32{1, 0.5, -1.5}
)

// Apply computes the scores of each row.
func Apply(x []float32, shape []int64) ([]float32, error) {
	if len(shape) != 2 || shape[1] != features || shape[0] < 1 || int64(len(x)) != shape[0]*shape[1] {
		return nil, fmt.Errorf("x: expected FP32 of shape [-1,%d], got %d elements of shape %v", features, len(x), shape)
	}
	var y []float32
	for row := x; len(row) > 0; row = row[features:] {
		for i, w := range weights {
			sum := bias[i]
			for k, v := range row[:features] {
				sum += w[k] * v
			}
			y = append(y, sum)
		}
	}
	return y, nil
}
