package node

import (
	"fmt"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
)

// devices are a node's GPUs. A container sees the names of its own in
// NVIDIA_VISIBLE_DEVICES, as NVIDIA's device plugin says them.
type devices struct {
	mu    sync.Mutex
	owner []string // of each GPU; empty when free
}

func newDevices(capacity corev1.ResourceList) *devices {
	quantity := capacity[GPU]
	return &devices{owner: make([]string, max(0, quantity.Value()))}
}

// take gives an owner GPUs for its life. The error says how many there are.
func (d *devices) take(owner string, count int64) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var free []int
	for i, o := range d.owner {
		if o == "" {
			free = append(free, i)
		}
	}
	if int64(len(free)) < count {
		return nil, fmt.Errorf("requested %d devices of %s, available %d", count, GPU, len(free))
	}
	names := make([]string, 0, count)
	for _, i := range free[:count] {
		d.owner[i] = owner
		names = append(names, fmt.Sprintf("GPU-%d", i))
	}
	return names, nil
}

func (d *devices) give(owner string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, o := range d.owner {
		if o == owner {
			d.owner[i] = ""
		}
	}
}

// admit takes the GPUs of all containers of a pod: the variable of each, by its name.
func (d *devices) admit(pod *corev1.Pod) (map[string]string, error) {
	visible := map[string]string{}
	for _, c := range pod.Spec.Containers {
		quantity := c.Resources.Limits[GPU]
		if quantity.Value() == 0 {
			continue
		}
		names, err := d.take(string(pod.UID), quantity.Value())
		if err != nil {
			d.give(string(pod.UID))
			return nil, err
		}
		visible[c.Name] = "NVIDIA_VISIBLE_DEVICES=" + strings.Join(names, ",")
	}
	return visible, nil
}
