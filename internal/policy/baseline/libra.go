package baseline

import (
	"fmt"
	"math"
)

// LIBRA splits a load between machines that are always full and serverless
// (Raza, Matta, Akhtar and Isahagian, "LIBRA: An Economical Hybrid Approach for
// Cloud Applications with Strict SLAs", IEEE IC2E 2021).
type LIBRA struct {
	machineRate  float64
	machinePrice float64
	requestPrice float64
}

// NewLIBRA returns a planner for machines that serve machineRate requests per
// second within the objectives at machinePrice USD per hour, and serverless at requestPrice USD per
// request. The error says what is out of range.
func NewLIBRA(machineRate, machinePrice, requestPrice float64) (*LIBRA, error) {
	if !(machineRate > 0) || !(machinePrice >= 0) || !(requestPrice >= 0) {
		return nil, fmt.Errorf("%g requests/s at %g USD/h against %g USD for a request: expected a rate above 0, prices of 0 or more",
			machineRate, machinePrice, requestPrice)
	}
	return &LIBRA{machineRate, machinePrice, requestPrice}, nil
}

// Split returns the machines for a load in requests per second, and how much of
// the load goes to serverless: as many machines as it fills, and of the rest
// what is cheaper, serverless or one more machine.
func (l *LIBRA) Split(load float64) (machines int, serverless float64) {
	// A billionth of a machine is taken for rounding.
	machines = int(math.Floor(load/l.machineRate + 1e-9))
	rest := math.Max(0, load-float64(machines)*l.machineRate)
	switch {
	case rest <= 1e-9*l.machineRate:
		return machines, 0
	case rest*3600*l.requestPrice < l.machinePrice:
		return machines, rest
	default:
		return machines + 1, 0
	}
}
