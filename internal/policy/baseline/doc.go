// Package baseline holds policies from the literature, to compare others with:
// Cackle, LIBRA, MArk and Spock size a cluster that serverless backs up,
// SpotHedge splits replicas into spot and on demand, and IdleHistogram decides how long
// an idle function is kept. Each is one file that names its paper and says what is assumed.
package baseline
