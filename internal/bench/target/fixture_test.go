package target

import (
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/wire"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/suitefile"
)

const token = `{"choices":[{"delta":{"content":"Hi"}}]}`

// defaulted is a target as a suite has it.
func defaulted(t v1alpha1.Target) v1alpha1.Target {
	s := &v1alpha1.Suite{Spec: v1alpha1.SuiteSpec{Targets: []v1alpha1.Target{t}}}
	suitefile.Default(s)
	return s.Spec.Targets[0]
}

// newRecord is that of a request that was not sent.
func newRecord() record.Record { return record.New(0, 0, 0, 0) }

func openConnections(t *httpTarget) int {
	open, _ := wire.Connections(t.transport)
	return open
}

func idleConnections(t *httpTarget) int {
	_, idle := wire.Connections(t.transport)
	return idle
}
