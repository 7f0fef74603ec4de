// Command fortio runs the load engine of Fortio (its package fhttp) and prints what it measured as JSON. The command of
// the project has the same engine and, beside it, an interpreter for scripts and a server, which nobody needs here.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"fortio.org/fortio/fhttp"
	"fortio.org/fortio/periodic"
	"fortio.org/log"
)

func main() {
	var (
		url         = flag.String("url", "", "URL to ask")
		qps         = flag.Float64("qps", 100, "requests a second")
		connections = flag.Int("c", 64, "connections")
		duration    = flag.Duration("t", time.Second, "duration")
	)
	flag.Parse()
	log.SetLogLevelQuiet(log.Error)
	options := fhttp.HTTPRunnerOptions{RunnerOptions: periodic.RunnerOptions{
		QPS: *qps, NumThreads: *connections, Duration: *duration, Resolution: 1e-4, Percentiles: []float64{50, 90, 99},
		Uniform: true, // spreads the connections over time, in which they would all send at once otherwise
		Out:     io.Discard,
	}}
	options.HTTPOptions = *fhttp.NewHTTPOptions(*url)
	options.HTTPOptions.NumConnections = *connections
	result, err := fhttp.RunHTTPTest(&options)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result.DurationHistogram)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fortio:", err)
		os.Exit(1)
	}
}
