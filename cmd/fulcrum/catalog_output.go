package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/report"
)

// writeOffers lists offers, a line each.
func writeOffers(w io.Writer, output string, offers []catalog.Offer) error {
	rows := [][]string{{"offer", "kind", "hardware", "region", "USD", "per", "as of", "confidence"}}
	for _, o := range offers {
		price, per, err := listPrice(o)
		if err != nil {
			return err
		}
		rows = append(rows, []string{o.Key(), string(o.Kind), hardwareText(o), o.Region, price, per, dayText(o.OldestPrice()), string(o.Confidence())})
	}
	if err := writeTable(w, output, report.Table{Align: "llllrlll", Rows: rows}); err != nil || isTable(output) {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%d offers\n", len(offers))
	return err
}

// listPrice is what an hour of one node or instance costs, or a unit of a function's first rate.
func listPrice(o catalog.Offer) (price, per string, err error) {
	if o.Kind == catalog.KindFunction {
		r := o.Rates[0]
		return r.Tiers[0].Price.String(), string(r.Unit), nil
	}
	hourly, err := o.Hourly(catalog.Size{VCPU: o.Hardware.VCPU, Memory: o.Hardware.Memory})
	return hourly.Round(6).String(), "hour", err
}

func hardwareText(o catalog.Offer) string {
	h := o.Hardware
	var parts []string
	if h.GPU != "" {
		parts = append(parts, fmt.Sprintf("%g x %s", h.GPUs, h.GPU))
	}
	if h.MemoryPerVCPU > 0 {
		return fmt.Sprintf("%s, %s to %s", h.Arch, o.Limits.MinMemory, o.Limits.MaxMemory)
	}
	if h.GPU == "" {
		parts = append(parts, h.Arch)
	}
	return strings.Join(append(parts, fmt.Sprintf("%g vCPU", h.VCPU), h.Memory.String()), ", ")
}

func dayText(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.Format(time.DateOnly)
}

// writeOffer shows everything about one offer.
func writeOffer(w io.Writer, cat *catalog.Catalog, o catalog.Offer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s of %s) in %s, %s\n\n", o.ID, o.SKU, o.Provider, o.Region, classText(o.PriceClass))
	rows := [][]string{
		{"kind", string(o.Kind)},
		{"hardware", hardwareText(o)},
		{"", o.Hardware.Note},
		{"", o.Hardware.Source},
		{"fixed cost", o.Cluster},
		{"interruption", o.InterruptionBand},
		{"cannot be planned", o.Unplannable},
	}
	rows = append(append(rows, billingRows(o.Billing)...), limitRows(o.Limits)...)
	if g, known := cat.GPU(o.Hardware.GPU); known {
		rows = append(rows, []string{"GPU", fmt.Sprintf("%s: %s, %g GB/s, %g TFLOPS dense, compute capability %s, CUDA %s or newer, TensorRT %s or newer", g.Kind, g.Memory, g.Bandwidth, g.TFLOPS, g.Capability, g.CUDA, g.TensorRT)})
	}
	if r, known := cat.Refusal(o.ID, "gpu"); known {
		rows = append(rows, []string{"no GPU", r.Reason})
	}
	var shown [][]string
	for _, row := range rows {
		if row[1] != "" && row[1] != "0s" && row[1] != "0" {
			shown = append(shown, row)
		}
	}
	width := terminalWidth(w)
	_ = report.Table{Align: "ll", Rows: shown}.Text(&b, "", width) // a Builder takes everything
	writeRates(&b, o, width)
	writeSiblings(&b, cat, o)
	_, err := io.WriteString(w, b.String())
	return err
}

func billingRows(m catalog.Billing) [][]string {
	var billed []string
	if m.Boot {
		billed = append(billed, "start-up")
	}
	if m.Idle {
		billed = append(billed, "idle time")
	}
	rows := [][]string{
		{"billed in steps of", m.Step.String()},
		{"billed at least", m.Minimum.String()},
		{"also billed", strings.Join(billed, ", ")},
		{"kept when idle", m.IdleHold.String()},
		{"start-up", m.BootTime.String()},
		{"assumed", strings.Join(m.Assumed, ", ")},
	}
	if m.SetsIdleHold() {
		rows = append(rows, []string{"can be set to", fmt.Sprintf("%s to %s when idle (%s)", m.IdleHoldMin, m.IdleHoldMax, m.IdleHoldSource)})
	}
	if m.MinInstances > 0 {
		rows = append(rows, []string{"instances", fmt.Sprintf("at least %d: it does not scale to zero", m.MinInstances)})
	}
	return rows
}

func limitRows(l catalog.Limits) [][]string {
	rows := [][]string{
		{"time-out", l.Timeout.String()},
		{"CUDA driver", l.CUDA},
	}
	if l.MaxMemory > 0 {
		rows = append(rows, []string{"most memory", l.MaxMemory.String()})
	}
	if l.MaxImage > 0 {
		rows = append(rows, []string{"largest image", l.MaxImage.String()})
	}
	if l.MaxPayload > 0 {
		rows = append(rows, []string{"largest request", l.MaxPayload.String()})
	}
	if l.MaxConcurrency > 0 {
		rows = append(rows, []string{"requests at once", fmt.Sprintf("%d in one instance", l.MaxConcurrency)})
	}
	if l.Quota > 0 {
		rows = append(rows, []string{"quota", fmt.Sprintf("%d: %s", l.Quota, l.QuotaNote)})
	} else {
		rows = append(rows, []string{"quota", l.QuotaNote})
	}
	return append(rows, []string{"limits from", l.Source})
}

// writeRates lists the prices with their tiers.
func writeRates(b *strings.Builder, o catalog.Offer, width int) {
	var cites citations
	rows := [][]string{{"", "USD", "per", "", "source"}}
	for _, r := range o.Rates {
		mark := cites.mark(r.Provenance)
		for i, t := range r.Tiers {
			item, note := r.Item, r.Terms
			if i > 0 {
				item, note = "", ""
			}
			if !t.UpTo.IsZero() {
				note = strings.TrimPrefix(note+"; up to "+t.UpTo.Grouped()+" a month", "; ")
			}
			if i == 0 && !r.Free.IsZero() {
				note = strings.TrimPrefix(note+"; free allowance of "+r.Free.Grouped()+" a month", "; ")
			}
			rows = append(rows, []string{item, t.Price.String(), string(r.Unit), note, mark})
		}
	}
	b.WriteString("\nprices\n")
	_ = report.Table{Align: "lrlll", Rows: rows}.Text(b, "", width)
	cites.write(b)
}

// writeSiblings lists the offer's other classes and regions.
func writeSiblings(b *strings.Builder, cat *catalog.Catalog, o catalog.Offer) {
	var others []string
	for _, s := range cat.Offers() {
		if s.ID == o.ID && s.Key() != o.Key() {
			others = append(others, s.Key())
		}
	}
	if len(others) > 0 {
		fmt.Fprintf(b, "\nalso %s\n", strings.Join(others, ", "))
	}
}

// troubleText explains each kind of finding.
var troubleText = map[catalog.Trouble]string{
	catalog.Stale:       "stale prices",
	catalog.Undated:     "prices without a date",
	catalog.Doubtful:    "prices of low confidence, left out of plans unless asked for",
	catalog.Unplannable: "priced, but no home can be planned on it",
	catalog.NotSold:     "not sold",
	catalog.Unknown:     "not known",
}

// mostSubjects bounds how many offers of one finding are named in text.
const mostSubjects = 4

func writeFindings(w io.Writer, cat *catalog.Catalog, found []catalog.Finding, day time.Time, maxAge unit.Duration) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d offers on %s; prices older than %s are stale\n", len(cat.Offers()), day.Format(time.DateOnly), maxAge)
	var last catalog.Trouble
	for _, f := range found {
		if f.Trouble != last {
			fmt.Fprintf(&b, "\n%s\n", troubleText[f.Trouble])
			last = f.Trouble
		}
		age := ""
		if f.AgeDays > 0 {
			age = fmt.Sprintf(" (%d days)", f.AgeDays)
		}
		names := f.Subjects[:min(mostSubjects, len(f.Subjects))]
		more := ""
		if n := len(f.Subjects) - len(names); n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		fmt.Fprintf(&b, "  - %s%s\n    %s%s\n", strings.Join(names, ", "), more, f.Detail, age)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
