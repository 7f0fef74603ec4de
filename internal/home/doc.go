// Package home says how a home, where a model is served, behaves: how long it
// works on a request, when it adds and removes capacity, what a cold start takes,
// and in which units the platform meters all of that.
//
// A Home is values only: parameters of a Cluster, a Function or a Container, each
// with a Check. It knows no file, no offer and no price. Package arrange makes
// homes of offers and settings, package simulate runs them and returns what was
// Metered. Start with Home.
package home
