package route

import (
	"errors"
	"fmt"
	"time"
)

// Admission refuses requests while a number of them is in flight over all
// homes, and leaves the others to another Router.
type Admission struct {
	limit  int
	router Router
}

// NewAdmission returns a Router that has at most limit requests in flight and
// asks router about those it admits. The error says that limit is below 1 or
// that there is no router.
func NewAdmission(limit int, router Router) (*Admission, error) {
	if limit < 1 {
		return nil, fmt.Errorf("limit of requests in flight %d: expected at least 1", limit)
	}
	if router == nil {
		return nil, errors.New("admission without a router: expected one for the admitted requests")
	}
	return &Admission{limit, router}, nil
}

// Route refuses at the limit.
func (a *Admission) Route(now time.Duration, r Request, homes []View) int {
	total := 0
	for i := range homes {
		total += homes[i].InFlight
	}
	if total >= a.limit {
		return Refuse
	}
	return a.router.Route(now, r, homes)
}
