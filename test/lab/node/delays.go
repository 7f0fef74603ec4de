package node

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Weights is the annotation of a pod that says how many bytes of weights each of its containers loads after its
// start, as a quantity ("15Gi"). The program is started when they would have been read; until then the
// container counts as running and answers no probe.
const Weights = "lab.fulcrum.dev/weights"

// Delays are what a real node takes and processes on this machine do not. A missing one is none.
type Delays struct {
	PullLatency    random.Dist // seconds, of each pull of an image that the node has not
	PullRate       random.Dist // bytes in a second
	ContainerStart random.Dist // seconds from the image to the running container
	WeightRate     random.Dist // bytes in a second, from storage into the GPU
}

// A dice draws delays, each kind from a stream of its own.
type dice struct {
	delays Delays

	mu      sync.Mutex
	streams [4]*rand.Rand
}

// The streams; their values are part of the outcome of a seed.
const (
	streamLatency = iota
	streamPull
	streamStart
	streamWeights
)

func newDice(delays Delays, seed uint64) *dice {
	d := &dice{delays: delays}
	for i := range d.streams {
		d.streams[i] = random.New(seed, random.StartUp, uint64(i))
	}
	return d
}

func (d *dice) draw(stream int, dist random.Dist) float64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return dist.Sample(d.streams[stream])
}

// seconds draws a time.
func (d *dice) seconds(stream int, dist random.Dist) time.Duration {
	if dist == nil {
		return 0
	}
	return duration(d.draw(stream, dist))
}

// transfer draws a rate and returns the time for so many bytes.
func (d *dice) transfer(stream int, dist random.Dist, bytes int64) time.Duration {
	if dist == nil || bytes <= 0 {
		return 0
	}
	if rate := d.draw(stream, dist); rate > 0 {
		return duration(float64(bytes) / rate)
	}
	return 0
}

func duration(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }

func (d *dice) pull(size int64) time.Duration {
	return d.seconds(streamLatency, d.delays.PullLatency) + d.transfer(streamPull, d.delays.PullRate, size)
}

func (d *dice) start() time.Duration { return d.seconds(streamStart, d.delays.ContainerStart) }

// load returns the time to load the pod's weights.
func (d *dice) load(pod *corev1.Pod) (time.Duration, error) {
	text, set := pod.Annotations[Weights]
	if !set {
		return 0, nil
	}
	quantity, err := resource.ParseQuantity(text)
	if err != nil {
		return 0, fmt.Errorf("annotation %s: %q: expected a number of bytes such as 15Gi", Weights, text)
	}
	return d.transfer(streamWeights, d.delays.WeightRate, quantity.Value()), nil
}

// pause waits, and says whether all of the time has passed.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
