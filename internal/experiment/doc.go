// Package experiment checks the planner's answers by brute force.
//
// In go a plan and everything that it was made from; out comes what was found by
// trying every neighbour of what the plan shows: arrangements that differ in one
// setting by one step, and the hybrids of the best homes of the two sides. Each
// is simulated on all of the traffic. A plan that searched well has no neighbour
// that meets the objectives and costs less. Start with Neighbours.
package experiment
