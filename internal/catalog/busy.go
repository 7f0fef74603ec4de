package catalog

import "fmt"

// BusyMonth returns the cost of one node, instance or environment of a size that
// is busy all month: its time alone, without requests, traffic and free allowances.
func (o Offer) BusyMonth(s Size) (Bill, error) {
	const ms = monthHours * msPerHour
	u, err := o.InstanceUsage(s, ms, 0)
	if err != nil {
		return Bill{}, err
	}
	if o.Prices(FunctionTime) {
		n, ok := product(int64(s.Memory), ms)
		if !ok {
			return Bill{}, fmt.Errorf("a month of %s on %s is beyond what a meter can hold", s.Memory, o.ID)
		}
		u[FunctionTime] = n
	}
	return o.Price(u, PriceOptions{})
}

// Only returns the lines of one meter as a bill of their own.
func (b Bill) Only(m Meter) Bill {
	var part Bill
	for _, l := range b.Lines {
		if l.Meter == m {
			part.Lines = append(part.Lines, l)
			part.Total = part.Total.Plus(l.Amount)
		}
	}
	return part
}
