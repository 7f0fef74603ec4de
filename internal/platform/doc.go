// Package platform says how a home behaves, whatever it costs: how long a
// request is served, which phases a cold start has, when idle capacity is given
// back, and how a platform meters what was used.
//
// In go figures from a model file, a catalogue or a calibration; out come the
// parameter sets that the simulator runs (Cluster, Function, Container) and, from
// what it metered, the usage that the catalogue prices. Start with Home.
package platform
