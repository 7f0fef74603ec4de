package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
)

var (
	errNoImage   = errors.New("not found")
	errNeverPull = errors.New("is not present with pull policy of Never")
)

// images are those that a node could pull and those that it has.
type images struct {
	known map[string]Image
	dice  *dice
	turn  chan struct{} // pulls are one after the other, as the kubelet's are

	mu      sync.Mutex
	present map[string]bool
}

func newImages(known map[string]Image, dice *dice) *images {
	return &images{known: known, dice: dice, turn: make(chan struct{}, 1), present: map[string]bool{}}
}

// find returns what a name stands for: an entry, or a program of this machine.
func (s *images) find(name string) (Image, error) {
	if image, known := s.known[name]; known {
		return image, nil
	}
	if filepath.IsAbs(name) {
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return Image{Entrypoint: []string{name}}, nil
		}
	}
	return Image{}, fmt.Errorf("image %q: %w: name one that the node knows, or the absolute path of a program", name, errNoImage)
}

// has says whether the image need not be pulled.
func (s *images) has(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.present[name]
}

// pull takes as long as the image's size does, unless the node has it. The error says that there is no such
// image, or is the context's.
func (s *images) pull(ctx context.Context, name string, policy corev1.PullPolicy) (Image, error) {
	image, err := s.find(name)
	if err != nil {
		return Image{}, err
	}
	if s.has(name) {
		return image, nil
	}
	if policy == corev1.PullNever {
		return Image{}, fmt.Errorf("image %q %w", name, errNeverPull)
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return Image{}, ctx.Err()
	}
	if !s.has(name) && !pause(ctx, s.dice.pull(image.Size)) {
		return Image{}, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.present[name] = true
	return image, nil
}

// argv is what a container runs of an image, by the rules of the container image
// specification: a command replaces the entrypoint and the image's arguments.
func (i Image) argv(command, args []string) []string {
	switch {
	case len(command) > 0:
		return slices.Concat(command, args)
	case len(args) > 0:
		return slices.Concat(i.Entrypoint, args)
	}
	return slices.Concat(i.Entrypoint, i.Cmd)
}
