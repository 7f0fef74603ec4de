package fidelity

import (
	"math"
	"testing"
)

func TestRowsAreJudged(t *testing.T) {
	for name, test := range map[string]struct {
		row     Row
		percent float64
		ok      bool
	}{
		"within the tolerance, beyond the interval": {Row{Expected: 2, Got: 2.009, HalfWidth: 0.001}.simulated(0), 0.45, true},
		"beyond the tolerance, within the interval": {Row{Expected: 2, Got: 1.97, HalfWidth: 0.031}.simulated(0), -1.5, true},
		"beyond both":                          {Row{Expected: 2, Got: 1.97, HalfWidth: 0.029}.simulated(0), -1.5, false},
		"the interval of the figure adds":      {Row{Expected: 2, Got: 1.97, HalfWidth: 0.02}.simulated(0.011), -1.5, true},
		"no number":                            {Row{Expected: 2, Got: math.NaN(), HalfWidth: math.NaN()}.simulated(0), math.NaN(), false},
		"exact":                                {Row{Expected: 2, Got: 2}.within(0), 0, true},
		"exact, but for the last digit":        {Row{Expected: 2, Got: math.Nextafter(2, 3)}.within(0), 2.2e-14, false},
		"nothing expected, nothing got":        {Row{}.within(0), 0, true},
		"nothing expected":                     {Row{Got: -3}.within(0), -100, false},
		"inside a range":                       {Row{Expected: 2, ExpectedTo: 3, Got: 2.5}.within(0), 0, true},
		"below a range":                        {Row{Expected: 2, ExpectedTo: 3, Got: 1.99}.within(0.005), -0.5, false},
		"above a range, by less than is rated": {Row{Expected: 2, ExpectedTo: 3, Got: 3.004}.within(0.005), 0.2, true},
	} {
		if test.row.OK != test.ok {
			t.Errorf("%s: OK is %t: %+v", name, test.row.OK, test.row)
		}
		if !math.IsNaN(test.percent) && math.Abs(test.row.ErrorPercent-test.percent) > 1e-9+1e-2*math.Abs(test.percent) {
			t.Errorf("%s: off by %g %%, want %g %%", name, test.row.ErrorPercent, test.percent)
		}
		if math.IsInf(test.row.ErrorPercent, 0) || math.IsNaN(test.row.ErrorPercent) {
			t.Errorf("%s: off by %g %%, which JSON cannot say", name, test.row.ErrorPercent)
		}
	}
}
