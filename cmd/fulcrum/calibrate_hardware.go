package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"fulcrum.dev/fulcrum/internal/calibrate"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// parseHardware reads [TARGET=]gpu:KIND[,gpus=N] or [TARGET=]cpu:ARCH[,vcpu=N][,parallelism=N], each with [,home=KIND].
func parseHardware(text string) (target string, h calibrate.Hardware, err error) {
	parts := strings.Split(text, ",")
	kind := parts[0]
	if name, rest, named := strings.Cut(kind, "="); named {
		target, kind = name, rest
	}
	class, name, _ := strings.Cut(kind, ":")
	switch {
	case class == "gpu" && name != "":
		h.GPU, h.GPUs = name, 1
	case class == "cpu" && (name == "x86" || name == "arm"):
		h.CPU, h.VCPU = name, 1
	default:
		return "", h, fmt.Errorf("%s: expected gpu:KIND such as gpu:L4, or cpu:x86 or cpu:arm, got %q", text, kind)
	}
	for _, part := range parts[1:] {
		if err := setHardware(&h, part); err != nil {
			return "", h, fmt.Errorf("%s: %w", text, err)
		}
	}
	return target, h, nil
}

// nameGPUs replaces the names of GPUs by the catalogue's, as plan does, which would refuse a name that is not there only after
// everything was measured and fitted.
func nameGPUs(on map[string]calibrate.Hardware, cat *catalog.Catalog) error {
	for _, target := range slices.Sorted(maps.Keys(on)) {
		h := on[target]
		if h.GPU == "" {
			continue
		}
		gpu, err := cat.FindGPU(h.GPU)
		if err != nil {
			return fmt.Errorf("gpu:%s: %w; --catalog adds kinds of your own", h.GPU, err)
		}
		h.GPU = gpu.Kind
		on[target] = h
	}
	return nil
}

func setHardware(h *calibrate.Hardware, part string) error {
	key, value, _ := strings.Cut(part, "=")
	switch {
	case key == "home" && slices.Contains([]string{"cluster", "function", "container"}, value):
		h.Home = value
		return nil
	case key == "home":
		return fmt.Errorf("expected home=cluster, function or container, got %q", value)
	case key == "gpus" && h.GPU != "":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > 1024 {
			return fmt.Errorf("expected gpus from 1 to 1024, got %q", value)
		}
		h.GPUs = n
		return nil
	}
	into := map[string]*float64{"vcpu": &h.VCPU, "parallelism": &h.Parallelism}[key]
	if into == nil || h.CPU == "" {
		return fmt.Errorf("unknown %q: expected gpus with gpu, vcpu or parallelism with cpu, or home", key)
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || !(n > 0 && n <= 1024) {
		return fmt.Errorf("expected %s above 0 and up to 1024, got %q", key, value)
	}
	*into = n
	return nil
}
