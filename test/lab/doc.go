// Package lab is a laboratory of the two worlds that Fulcrum plans for: a real
// Kubernetes control plane whose nodes run pods as processes, and hosts for
// functions and containers as a serverless provider has them, all on one machine.
//
// Its packages, in the order in which one comes to need them:
//
//   - sandbox runs a test or the lab command in namespaces of its own, of which nothing is left;
//   - binary builds the control plane (the module in controlplane) once, into a cache;
//   - cluster starts it;
//   - fault breaks processes, networks, disks and clocks;
//   - cmd/lab brings everything up by hand.
//
// A test of Kubernetes starts like this:
//
//	func TestMain(m *testing.M) { sandbox.Main(m, binary.Build) }
//
//	func TestPod(t *testing.T) {
//		sandbox.Require(t)
//		c, err := cluster.Start(t.Context(), cluster.Options{})
//		...
//		defer c.Stop()
//		clients, err := kubernetes.NewForConfig(c.Config)
package lab
