// Package lab is a laboratory of the two worlds that Fulcrum plans for: a real
// Kubernetes control plane whose nodes run pods as processes, and hosts for
// functions and containers as a serverless provider has them, all on one machine.
//
// Its packages, in the order in which one comes to need them:
//
//   - await lets tests wait for a condition;
//   - sandbox runs a test or the lab command in namespaces of its own, of which nothing is left;
//   - binary builds the control plane (the module in controlplane) once, into a cache;
//   - cluster starts it;
//   - node adds nodes to it, whose pods are processes; proxy makes Services reachable;
//   - provision adds and removes nodes as pods need them; metrics feeds the autoscaler;
//   - labtest has all of that for tests, and testserver is what they run as a pod;
//   - lambda and container are hosts of functions and of containers, without Kubernetes;
//   - offline runs serverless-offline, a peer of lambda that others wrote;
//   - model has servers with real models, for pods and both hosts alike;
//   - calibration measures the model servers and asks whether the simulator predicts them;
//   - timeline records how the autoscaler scales, and replays that through the simulator's;
//   - fault breaks processes, networks, disks and clocks;
//   - cmd/lab brings everything up by hand.
//
// docs/laboratory.md has it from the user's side, and what is not real.
//
// A test of Kubernetes starts like this:
//
//	func TestMain(m *testing.M) { labtest.Main(m) }
//
//	func TestPod(t *testing.T) {
//		l := labtest.New(t)
//		l.StartNode(l.NodeSpec(2)) // with 2 GPUs
//		l.Create(labtest.Pod("p", labtest.Server()))
//		l.UntilPod("p", "ready", labtest.Ready)
//	}
package lab
