package plan

// maxAlternatives is how many arrangements the table of alternatives shows.
const maxAlternatives = 8

// Alternatives are what the text of a plan shows in a table: the first candidate of each offer that was simulated, and the first of
// the hybrids; where nothing is feasible, the nearest.
func (p *Plan) Alternatives() []*Candidate {
	if p.Best == nil {
		return p.Nearest
	}
	seen := map[string]bool{}
	var list []*Candidate
	for _, c := range p.Candidates {
		key := c.Offer + string(c.PriceClass) + c.Region
		if c.Side == SideHybrid {
			key = string(c.Side)
		}
		if c.Status != Dominated && !seen[key] && len(list) < maxAlternatives {
			seen[key] = true
			list = append(list, c)
		}
	}
	return list
}

// Simulated is how many candidates were simulated.
func (p *Plan) Simulated() int {
	n := 0
	for _, c := range p.Candidates {
		if c.Status != Dominated {
			n++
		}
	}
	return n
}
