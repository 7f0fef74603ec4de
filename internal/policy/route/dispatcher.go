package route

import (
	"errors"
	"time"
)

// Dispatcher is a Router together with what it sees: a View of each home, and an
// Estimator that the caller tells what becomes of its requests. Like them it
// belongs to one goroutine and allocates nothing; Shared is for several.
type Dispatcher struct {
	router Router
	views  []View
	homes  []Estimator
}

// NewDispatcher returns a Dispatcher over the homes of the estimators. The error
// says that there is no router or no home.
func NewDispatcher(router Router, homes []Estimator) (*Dispatcher, error) {
	switch {
	case router == nil:
		return nil, errors.New("dispatcher without a router: expected one")
	case len(homes) == 0:
		return nil, errors.New("dispatcher without homes: expected at least one")
	}
	return &Dispatcher{router, make([]View, len(homes)), append([]Estimator(nil), homes...)}, nil
}

// View is what the router sees of a home at the next Send. The caller keeps its
// counts up to date; Service and Spend are filled in.
func (d *Dispatcher) View(home int) *View { return &d.views[home] }

// Home is the estimator of a home, to be told how its requests end.
func (d *Dispatcher) Home(home int) *Estimator { return &d.homes[home] }

// Send asks the router for the home of a request, or Refuse, and notes the request as sent there.
func (d *Dispatcher) Send(now time.Duration, r Request) int {
	for i := range d.views {
		d.views[i].Service, d.views[i].Spend = d.homes[i].Service(), d.homes[i].Spend()
	}
	home := d.router.Route(now, r, d.views)
	if home >= 0 {
		d.homes[home].Sent()
	}
	return home
}
