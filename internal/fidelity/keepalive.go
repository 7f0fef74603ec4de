package fidelity

import (
	"fmt"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/oracle"
	"fulcrum.dev/fulcrum/internal/random"
)

const aboutKeepAlive = `Functions whose idle environments are kept for a window tau after their last request, the one used last taken first; starts
take no time. Arrivals are Poisson, or have the gaps that are named, of 10 s on average. P_cold is the share of requests that find no
idle environment, live the number of environments, busy or idle.`

func keepAlive() ([]experiment, error) {
	list, err := keptFleets()
	if err != nil {
		return nil, err
	}
	for _, one := range []func() (experiment, error){vanishingService, renewalGamma, renewalWeibull, drawnWindow, limitOfOne, limitOfMany} {
		e, err := one()
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// keptFleets is Poisson arrivals and exponential service without a limit.
func keptFleets() ([]experiment, error) {
	var list []experiment
	for _, row := range []struct{ lambda, service, window, requests float64 }{
		{.9, 1.991, 600, 30e6},
		{.9, 1.991, 60, 10e6},
		{.9, 1.991, 10, 4e6},
		{.1, 1.991, 60, 4e6},
		{1, 1, 1, 2e6},
		{1, 1, 10, 4e6},
		{10, 1, 10, 10e6},
	} {
		e, err := keptFleet(row.lambda, row.service, row.window, 0, row.requests)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// limitOfMany rejects requests that find all environments busy.
func limitOfMany() (experiment, error) { return keptFleet(2, 1, 5, 3, 4e6) }

// keptFleet has at most limit environments; 0 is no limit.
func keptFleet(lambda, service, window float64, limit int, requests float64) (experiment, error) {
	k, err := oracle.NewKeepAlive(lambda, service, window, limit)
	if err != nil {
		return experiment{}, err
	}
	e := experiment{
		name:    fmt.Sprintf("lambda = %g, E[S] = %g s, tau = %g s", lambda, service, window),
		traffic: poisson(lambda), requests: requests,
		quantities: []quantity{
			{name: "P_cold", expected: k.ColdStarts(), source: "KeepAlive.ColdStarts", of: single(coldShare)},
			{name: "E[live]", expected: k.MeanLive(), source: "KeepAlive.MeanLive", of: single(meanLive)},
		},
	}
	if limit > 0 {
		e.name += fmt.Sprintf(", limit %d", limit)
		e.quantities = append(e.quantities, quantity{name: "loss", expected: k.Loss(), source: "KeepAlive.Loss", of: single(lostShare)})
	} else {
		limit = unbounded
	}
	e.systems = [][]home.Home{{environments(limit, random.Exponential(service), window)}}
	return e, nil
}

// instant is the shortest time, 1 ns. Bursty gaps need it: of the Weibull ones below, 0.04 % are shorter than 1 us.
const instant = random.Constant(1e-9)

// oneLive is a home of which one environment is live at most, because service takes next to no time.
func oneLive(name string, t stationary, window float64, expected float64, source string) experiment {
	return experiment{
		name: name, traffic: t, requests: 4e6,
		systems:    [][]home.Home{{environments(unbounded, instant, window)}},
		quantities: []quantity{{name: "P_cold", expected: expected, source: source, of: single(coldShare)}},
	}
}

func vanishingService() (experiment, error) {
	const lambda, window = 0.1, 20
	expected, err := oracle.ColdStartPoisson(lambda, window, window)
	return oneLive("E[S] to 0, lambda = 0.1, tau = 20 s", poisson(lambda), window, expected, "ColdStartPoisson"), err
}

// renewalGamma has gaps more regular than Poisson's.
func renewalGamma() (experiment, error) {
	const lambda, cv, window = 0.1, 0.5, 15
	gap := distuv.Gamma{Alpha: 1 / (cv * cv), Beta: lambda / (cv * cv)}
	expected, err := oracle.ColdStartRenewal(gap.CDF, window)
	t := stationary{rate: lambda, arrivals: "gamma", cv: cv}
	return oneLive("E[S] to 0, gamma gaps, cv2 = 0.25, tau = 15 s", t, window, expected, "ColdStartRenewal"), err
}

// renewalWeibull has bursts: gaps of shape 1/2, whose squared coefficient of variation is 5.
func renewalWeibull() (experiment, error) {
	const lambda, cv2, window = 0.1, 5, 20
	gap := distuv.Weibull{K: 0.5, Lambda: 1 / (2 * lambda)} // its mean is 2 Lambda
	expected, err := oracle.ColdStartRenewal(gap.CDF, window)
	t := stationary{rate: lambda, arrivals: "weibull", cv: 2.23606797749979} // the root of 5
	return oneLive("E[S] to 0, Weibull gaps, cv2 = 5, tau = 20 s", t, window, expected, "ColdStartRenewal"), err
}

// drawnWindow draws a new window for each idle time.
func drawnWindow() (experiment, error) {
	const lambda, shortest, longest = 0.005, 300, 600
	expected, err := oracle.ColdStartPoisson(lambda, shortest, longest)
	e := oneLive("E[S] to 0, lambda = 0.005, tau drawn, 300-600 s", poisson(lambda), shortest, expected, "ColdStartPoisson")
	e.systems[0][0].Function.IdleExpiryMax = longest * time.Second
	return e, err
}

// limitOfOne rejects requests that find the environment busy: the next arrival after a service is an exponential time away, whatever the service.
func limitOfOne() (experiment, error) {
	const lambda, window = 0.5, 3
	expected, err := oracle.ColdStartPoisson(lambda, window, window)
	return experiment{
		name:    "limit 1, lambda = 0.5, E[S] = 2 s, tau = 3 s",
		traffic: poisson(lambda), requests: 4e6,
		systems:    [][]home.Home{{environments(1, random.Exponential(2), window)}},
		quantities: []quantity{{name: "P_cold", expected: expected, source: "ColdStartPoisson", of: single(coldShare)}},
	}, err
}
