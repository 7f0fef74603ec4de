// Package route decides which of several homes takes a request.
//
// A Router is asked for each request, with a View of every home and a time, and
// answers with a home or Refuse: Weights, Burst, BaseOverflow (with Saturation and
// a SpendCap), ByTimeOfDay, Single, and Admission in front of any of them. It is the
// same in a simulation as in front of live homes. Start with Router.
package route
