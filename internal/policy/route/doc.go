// Package route decides which of several homes takes a request.
//
// A Router is asked for each Request, with a View of every home and a time, and
// answers with a home or Refuse: Weights, Burst, BaseOverflow (with Saturation and
// a SpendCap), ByTimeOfDay, Single, and Admission in front of any of them. It is the
// same in a simulation as in front of live homes. Callers ask it through a
// Dispatcher, which estimates the service time and the spending that routers look at
// from requests that are sent and end; Shared is one for many goroutines. Start
// with Router and Dispatcher.
package route
