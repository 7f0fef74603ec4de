// Package generate makes requests up: renewal processes, constant or in random
// states, under the shape of a day, a week and flash crowds; and rates that go
// through phases.
//
// In go the generator of a model file, or the phases of a suite file, and a
// seed; out come Workloads that are drawn while they are read. Start with Traffic.
package generate
