package experiment

import "fulcrum.dev/fulcrum/api/v1alpha1"

// Changes are the steps around a home, in words.
func Changes(h v1alpha1.Home) []string {
	var list []string
	for _, s := range steps(h) {
		list = append(list, s.change)
	}
	return list
}

// Pairs are the hybrids of two homes, in words.
func Pairs(cluster, serverless v1alpha1.Home, minWarm int) []string {
	var list []string
	for _, a := range pairs(cluster, serverless, minWarm) {
		list = append(list, a.change)
	}
	return list
}

// BaseSizes are the sizes of a base that are tried up to one of n nodes.
func BaseSizes(n int) []int { return baseSizes(n) }
