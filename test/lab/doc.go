// Package lab is a laboratory of the two worlds that Fulcrum plans for: a real
// Kubernetes control plane whose nodes run pods as processes, and hosts for
// functions and containers as a serverless provider has them, all on one machine.
package lab
