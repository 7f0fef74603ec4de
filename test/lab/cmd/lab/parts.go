package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"fulcrum.dev/fulcrum/test/lab/binary"
)

// parts are what the laboratory consists of, in the order in which they are started, as later ones use earlier ones.
// They are stopped in reverse. A further one is a line here and a file beside this one, with a function that starts it,
// exposes its endpoints (laboratory.expose) and says how it is stopped (laboratory.onStop).
var parts = []part{
	{name: "control-plane", title: "the control plane", prepare: binary.Build, start: startControlPlane},
	{name: "metrics", title: "the metrics APIs", needs: []string{"control-plane"}, start: startMetrics},
	{name: "services", title: "the services' proxy", needs: []string{"control-plane"}, start: startServices},
	{name: "nodes", title: "two nodes with two GPUs each, and one without", needs: []string{"control-plane"}, start: startNodes},
	{name: "provisioner", title: "the provisioner of further nodes", needs: []string{"nodes"}, start: startProvisioner},
	{name: "encoder", title: "an encoder as pods", needs: []string{"nodes", "services", "metrics"}, prepare: prepareEncoder, start: startEncoder},
	{name: "llama", title: "a language model as a pod", needs: []string{"nodes", "services"}, prepare: prepareLlama, start: startLlama},
	{name: "functions", title: "functions as of Lambda", start: startFunctions},
	{name: "encoder-function", title: "the encoder as a function", needs: []string{"functions"}, prepare: prepareEncoder, start: startEncoderFunction},
	{name: "llama-function", title: "the language model as a function", needs: []string{"functions"}, prepare: prepareLlama, start: startLlamaFunction},
	{name: "containers", title: "the encoder as containers of Cloud Run", prepare: prepareEncoder, start: startContainers},
	{name: "llama-containers", title: "the language model as containers of Cloud Run", prepare: prepareLlama, start: startLlamaContainers},
	{name: "offline", title: "both models behind serverless-offline", prepare: prepareOffline, start: startOffline},
}

type part struct {
	name, title string
	needs       []string                                 // other parts, by name
	prepare     func(context.Context) error              // outside of the sandbox, where there is a way to other machines
	start       func(context.Context, *laboratory) error // inside
}

// prepareOrSay says how to do without a part that cannot be prepared.
func (p part) prepareOrSay(ctx context.Context) error {
	err := p.prepare(ctx)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("preparing %s: %w; or leave it out with --without=%s", p.title, err, p.name)
	}
	return err
}

// choose returns the parts with the names in only, or all if there are none, and what they need; then takes away
// those of without and what needs them.
func choose(only, without []string) ([]part, error) {
	for _, name := range slices.Concat(only, without) {
		if find(name) == nil {
			return nil, fmt.Errorf("there is no part %q; there are %s", name, strings.Join(names(parts), ", "))
		}
	}
	wanted := map[string]bool{}
	for _, p := range slices.Backward(parts) { // what is needed comes before
		if len(only) == 0 || slices.Contains(only, p.name) || wanted[p.name] {
			wanted[p.name] = true
			for _, need := range p.needs {
				wanted[need] = true
			}
		}
	}
	var chosen []part
	for _, p := range parts {
		lacks := func(need string) bool { return !wanted[need] }
		if slices.Contains(without, p.name) || slices.ContainsFunc(p.needs, lacks) {
			wanted[p.name] = false
		}
		if wanted[p.name] {
			chosen = append(chosen, p)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no part of the laboratory is left; there are %s", strings.Join(names(parts), ", "))
	}
	return chosen, nil
}

func find(name string) *part {
	for i := range parts {
		if parts[i].name == name {
			return &parts[i]
		}
	}
	return nil
}

func names(parts []part) []string {
	var list []string
	for _, p := range parts {
		list = append(list, p.name)
	}
	return list
}
