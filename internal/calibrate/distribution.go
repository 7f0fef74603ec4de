package calibrate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

const (
	// constantCV is the variation below which a time is a constant.
	constantCV = 0.002
	// leastKS and criticalKS bound the distance of a shape that is taken: the latter, over the root of the number, is what
	// values drawn from it exceed once in twenty times.
	leastKS    = 0.02
	criticalKS = 1.36
	// tailError is the maximum error of a shape's p95 and p99.
	tailError = 0.03
	// fewestPercentiles is the minimum number of values for a p99.
	fewestPercentiles = 100
)

// family is a shape with the mean and variation of the values.
type family struct {
	shape string
	dist  interface {
		cumulative
		Quantile(p float64) float64
	}
}

// cumulative is a distribution function.
type cumulative interface{ CDF(x float64) float64 }

// families match the mean and the standard deviation, which queues depend on most.
func families(mean, cv float64) []family {
	sigma := math.Sqrt(math.Log1p(cv * cv))
	list := []family{
		{"lognormal", distuv.LogNormal{Mu: math.Log(mean) - sigma*sigma/2, Sigma: sigma}},
		{"gamma", distuv.Gamma{Alpha: 1 / (cv * cv), Beta: 1 / (cv * cv * mean)}},
	}
	if half := mean * cv * math.Sqrt(3); half <= mean {
		list = append(list, family{"uniform", distuv.Uniform{Min: mean - half, Max: mean + half}})
	}
	return list
}

// chooseDistribution returns the distribution of times in seconds, its Kolmogorov-Smirnov distance, and its name. It sorts them.
func chooseDistribution(times []float64) (v1alpha1.DurationDistribution, float64, string) {
	slices.Sort(times)
	mean, sd := stat.MeanStdDev(times, nil)
	if len(times) == 1 || sd < constantCV*mean {
		return v1alpha1.DurationDistribution{Mean: rounded(mean)}, 0, "constant"
	}
	best, least := family{}, math.Inf(1)
	for _, f := range families(mean, sd/mean) {
		if d := distance(times, f.dist); d < least {
			best, least = f, d
		}
	}
	isGood := least <= max(leastKS, criticalKS/math.Sqrt(float64(len(times)))) && tailIsRight(times, best)
	if len(times) < fewestPercentiles || isGood {
		return v1alpha1.DurationDistribution{Shape: best.shape, Mean: rounded(mean), CV: figures(sd / mean)}, least, best.shape
	}
	p := percentiles(times)
	return v1alpha1.DurationDistribution{Percentiles: p}, distance(times, curve(p.Points())), "empirical"
}

// distance is the maximum difference between the shares at or below a value.
func distance(sorted []float64, f cumulative) float64 {
	most := 0.0
	n := float64(len(sorted))
	for i, x := range sorted {
		p := f.CDF(x)
		most = max(most, p-float64(i)/n, float64(i+1)/n-p)
	}
	return most
}

func tailIsRight(sorted []float64, f family) bool {
	for _, p := range []float64{0.95, 0.99} {
		if math.Abs(f.dist.Quantile(p)/quantileOf(sorted, p)-1) > tailError {
			return false
		}
	}
	return true
}

// percentiles are those of sorted values. The greatest is set so that the mean of the slowest percent is right, because they are
// hardly ever spread evenly up to the one that took longest.
func percentiles(sorted []float64) *v1alpha1.DurationPercentiles {
	d := &v1alpha1.DurationPercentiles{}
	for _, p := range d.Points() {
		*p.Value = rounded(quantileOf(sorted, p.Share))
	}
	slowest := sorted[len(sorted)-max(1, len(sorted)/100):]
	d.P100 = min(d.P100, max(d.P99, rounded(2*stat.Mean(slowest, nil)-d.P99.Seconds())))
	return d
}

// curve is percentiles as a distribution function, linear between them.
type curve []v1alpha1.PercentilePoint

// CDF returns the share at or below x, in seconds.
func (c curve) CDF(x float64) float64 {
	i := slices.IndexFunc(c, func(p v1alpha1.PercentilePoint) bool { return p.Value.Seconds() > x })
	switch i {
	case -1:
		return 1
	case 0:
		return 0
	}
	low, high := c[i-1], c[i]
	return low.Share + (high.Share-low.Share)*(x-low.Value.Seconds())/(high.Value.Seconds()-low.Value.Seconds())
}
