package plan

import (
	"context"
	"errors"

	"fulcrum.dev/fulcrum/internal/workload"
)

// prepare returns an input with the names of GPUs as the catalogue has them, and what its traffic is like.
//
// Errors: a GPU that the catalogue does not have, traffic that is empty, cannot be read or lacks what the service needs, a
// context that has ended.
func prepare(ctx context.Context, in Input) (Input, Traffic, error) {
	model, err := canonicalGPUs(in.Model, in.Catalog)
	if err != nil {
		return in, Traffic{}, err
	}
	in.Model = model
	traffic, err := describe(ctx, in.Workload)
	if err == nil && traffic.Requests == 0 {
		err = errors.New("the traffic holds no request: there is nothing to simulate")
	}
	if err == nil {
		err = checkCarried(&in.Model.Spec, traffic)
	}
	return in, traffic, err
}

// inMemory holds a workload in memory unless it has too many requests for that.
func inMemory(load workload.Workload, t Traffic) (workload.Workload, error) {
	if t.Requests > cacheRequests {
		return load, nil
	}
	return workload.Cache(load, cacheRequests)
}
