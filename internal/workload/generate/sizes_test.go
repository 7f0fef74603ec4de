package generate

import (
	"math"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

func TestDrawnSizesHaveTheirMeans(t *testing.T) {
	g := workloadtest.Poisson(100, time.Hour)
	g.Sizes = v1alpha1.Sizes{
		Input:  &v1alpha1.CountDistribution{P50: 800, P99: 8000},
		Output: &v1alpha1.CountDistribution{Mean: 200, CV: 1, Shape: "gamma"},
		Work:   &v1alpha1.DurationDistribution{Mean: unit.Duration(2 * time.Second), CV: 0.5},
	}
	w := workloadtest.Must(Traffic(nil, g, 1))(t)
	if info := w.Info(); !info.HasTokens || !info.HasWork || info.Name != "generated" || info.Format != "generator" || info.Span != time.Hour {
		t.Errorf("info = %+v", info)
	}
	var n, output, work, below float64
	workloadtest.Each(t, w, func(q workload.Request) {
		n++
		output += float64(q.Output)
		work += q.Work.Seconds()
		if q.Input < 1 || q.Output < 1 || q.Work < 0 {
			t.Fatalf("request %+v asks for nothing", q)
		}
		if q.Input <= 800 {
			below++
		}
	})
	workloadtest.Near(t, "mean output", output/n, 200, 5*200/math.Sqrt(n))
	workloadtest.Near(t, "mean work", work/n, 2, 5/math.Sqrt(n))
	workloadtest.Near(t, "share of inputs up to the median", below/n, 0.5, 0.01)
}

func TestSizesFromAFileAreDrawnByRow(t *testing.T) {
	open := workloadtest.Texts{"sizes.csv": "id,input, output ,work_s\na,10,100,0.5\nb,20,200,1\nc,0,300,2.5\n"}.Open
	g := workloadtest.Poisson(100, 100*time.Second)
	g.Sizes.File = "sizes.csv"
	w := workloadtest.Must(Traffic(open, g, 1))(t)
	if info := w.Info(); !info.HasTokens || !info.HasWork {
		t.Errorf("info = %+v", info)
	}
	rows := map[workload.Request]float64{}
	workloadtest.Each(t, w, func(q workload.Request) {
		q.At = 0
		rows[q]++
	})
	total := 0.0
	for _, row := range []workload.Request{
		{Input: 10, Output: 100, Work: time.Second / 2},
		{Input: 20, Output: 200, Work: time.Second},
		{Input: 1, Output: 300, Work: 2500 * time.Millisecond},
	} {
		workloadtest.Near(t, "requests with a row", rows[row], 10000/3.0, 5*math.Sqrt(10000/3.0))
		total += rows[row]
		delete(rows, row)
	}
	if len(rows) > 0 {
		t.Errorf("sizes that are no row: %v", rows)
	}
}

func TestSizesFileAndDistributionsComplement(t *testing.T) {
	open := workloadtest.Texts{"s.csv": "input\n7\n"}.Open
	g := workloadtest.Poisson(10, time.Second)
	g.Sizes = v1alpha1.Sizes{File: "s.csv", Output: &v1alpha1.CountDistribution{Mean: 9}}
	for _, q := range workloadtest.ReadAll(t, workloadtest.Must(Traffic(open, g, 1))(t), 100) {
		if q.Input != 7 || q.Output != 9 || q.Work != 0 {
			t.Fatalf("request = %+v", q)
		}
	}
	g.Sizes.Input = &v1alpha1.CountDistribution{Mean: 9}
	if _, err := Traffic(open, g, 1); err == nil || !strings.Contains(err.Error(), "leave one of them out") {
		t.Errorf("a file and a distribution for the same size: %v", err)
	}
}
