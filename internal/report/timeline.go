package report

import (
	"encoding/csv"
	"io"
	"strconv"

	"fulcrum.dev/fulcrum/internal/plan"
)

// timelineColumns head TimelineCSV. Counters and the cost run from the start; time is in seconds, cost in USD. starts are
// instances, cold_starts the requests that waited for one, as in simulate.Outcome.
var timelineColumns = []string{
	"arrangement", "home", "time_s", "ready", "starting", "nodes", "waiting", "in_flight", "arrivals", "served", "rejected", "timed_out", "starts", "cold_starts", "cost_usd",
}

// TimelineCSV writes the timelines of a simulation as a table: a row for each
// moment of each home. Arrangements and homes are numbered from 0 in the order of the file.
func TimelineCSV(w io.Writer, s *plan.Simulation) error {
	out := csv.NewWriter(w)
	_ = out.Write(timelineColumns) // an error stays, and Error returns it
	for i, c := range s.Homes {
		if c.Timeline == nil {
			continue
		}
		for k, curve := range c.Timeline.Homes {
			for _, m := range curve.Moments {
				_ = out.Write(timelineRow(i, k, m))
			}
		}
	}
	out.Flush()
	return out.Error()
}

func timelineRow(arrangement, home int, m plan.Moment) []string {
	row := []string{strconv.Itoa(arrangement), strconv.Itoa(home), strconv.FormatFloat(m.At.Std().Seconds(), 'f', -1, 64)}
	for _, n := range []int64{
		int64(m.Ready), int64(m.Starting), int64(m.Nodes), int64(m.Waiting), int64(m.InFlight), m.Arrivals, m.Served, m.Rejected, m.TimedOut, m.Starts, m.ColdStarts,
	} {
		row = append(row, strconv.FormatInt(n, 10))
	}
	return append(row, m.Cost.String())
}
