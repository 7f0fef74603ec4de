package trace

import (
	"fmt"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// BenchmarkReadRows reads traces of events and reports rows per second.
func BenchmarkReadRows(b *testing.B) {
	const rows = 200_000
	var azure, mooncake, combined strings.Builder
	azure.WriteString(azureHeader)
	for i := range rows {
		h, m, s := i/3600%24, i/60%60, i%60
		fmt.Fprintf(&azure, "2023-11-%02d %02d:%02d:%02d.6805900,%d,%d\n", 1+i/86400, h, m, s, i%4000, i%300)
		fmt.Fprintf(&mooncake, `{"timestamp": %d, "input_length": %d, "output_length": %d, "hash_ids": [1, 2, 3]}`+"\n", i*30, i%4000, i%300)
		fmt.Fprintf(&combined, `10.0.0.1 - - [%02d/Nov/2023:%02d:%02d:%02d +0000] "GET /v1/chat HTTP/1.1" 200 512 "-" "curl/8"`+"\n", 1+i/86400, h, m, s)
	}
	for _, c := range []struct{ name, text string }{{"csv", azure.String()}, {"jsonl", mooncake.String()}, {"combined", combined.String()}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Read(workloadtest.Texts{"x": c.text}.Open, v1alpha1.Trace{Path: "x"}, 1); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkDrawSeries draws arrivals from counts and rates and reports requests per second.
func BenchmarkDrawSeries(b *testing.B) {
	var rates, serveGen strings.Builder
	rates.WriteString("t_s,count\n")
	for i := range 2000 {
		fmt.Fprintf(&rates, "%d,1000\n", i)
	}
	serveGen.WriteString("client,window_start_s,rate_rps,cv,dist,p1,p2\n")
	for c := range 40 {
		for i := range 20 {
			fmt.Fprintf(&serveGen, "%d,%d,5,1,%s,0.7,1\n", c, i*600, []string{"Gamma", "Weibull"}[c%2])
		}
	}
	for _, c := range []struct{ name, text string }{{"rates", rates.String()}, {"servegen", serveGen.String()}} {
		b.Run(c.name, func(b *testing.B) {
			w, err := Read(workloadtest.Texts{"x": c.text}.Open, v1alpha1.Trace{Path: "x"}, 1)
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			for b.Loop() {
				if err := workload.Visit(b.Context(), w, func(batch []workload.Request) bool { n += len(batch); return true }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "req/s")
		})
	}
}
