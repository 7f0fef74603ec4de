// Package random provides seeded randomness: one PCG stream per purpose, derived
// from one seed, and the distributions that arrivals, sizes, service times and
// start-up times are drawn from.
//
// Two purposes never share a stream, so that drawing more of one leaves the
// other unchanged: the same seed gives the same requests to every home that is
// compared.
package random
