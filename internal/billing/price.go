package billing

import (
	"fmt"
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/home"
)

// Hourly returns what one replica or instance costs in an hour in which it is always in use, without requests, egress
// and fixed cost. Of a node that several replicas share it is their part, to six places of a dollar.
func Hourly(a arrange.Arrangement) (unit.Money, error) {
	hour := time.Hour.Milliseconds()
	usage, err := a.Usage(home.Metered{NodeTime: hour, InstanceTime: hour, ActiveTime: hour, RunTime: hour}, time.Hour)
	if err != nil {
		return unit.Money{}, err
	}
	bill, err := a.Offer.Price(usage, catalog.PriceOptions{})
	if err != nil || a.Home.Cluster == nil {
		return bill.Total, err
	}
	perNode := unit.NewDecimal(int64(1e9)/int64(a.Home.Cluster.ReplicasPerNode), -9)
	return unit.USD(bill.Total.Mul(perNode).Round(6)), nil
}

// egress is the bytes of the responses.
func egress(served int64, response unit.Bytes) (int64, error) {
	if response > 0 && served > math.MaxInt64/int64(response) {
		return 0, fmt.Errorf("%d responses of %s are beyond what a meter can hold", served, response)
	}
	return served * int64(response), nil
}
