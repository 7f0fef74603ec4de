package plan

import (
	"encoding/json"
	"fmt"
	"reflect"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/home"
)

// Allowed returns an error where Search may not propose a layout: it breaks a
// hard constraint, a quota, the least number of replicas, or a setting that the
// model file gives. What the platform itself refuses, Arrange says.
func (v *Evaluator) Allowed(l *Layout) error {
	wanted, err := wantedHomes(v.e.spec, v.e.in.Catalog)
	if err != nil {
		return err
	}
	for _, a := range l.l.parts {
		if r := refuse(v.e.spec, a.Offer, v.e.in.Catalog); r != nil {
			return fmt.Errorf("%s: %s", r.Gate, r.Reason)
		}
		for _, check := range []func(*v1alpha1.ModelSpec, arrange.Arrangement) error{checkWarm, checkQuota, checkFunction, checkIdleHold} {
			if err := check(v.e.spec, a); err != nil {
				return err
			}
		}
		if err := checkGiven(wanted, a); err != nil {
			return err
		}
	}
	return nil
}

// warmOf is the least number of replicas, instances or environments of a home.
func warmOf(h home.Home) int {
	switch {
	case h.Cluster != nil:
		return h.Cluster.Least()
	case h.Function != nil:
		return h.Function.Provisioned
	}
	return h.Container.Min
}

// maxOf is the greatest number of replicas or instances of a home; 0 for functions, whose limit is the quota.
func maxOf(h home.Home) int {
	switch k := h.Cluster; {
	case k != nil && k.Autoscaler != nil:
		return max(k.Replicas, k.Autoscaler.Max)
	case k != nil:
		return k.Replicas
	case h.Container != nil:
		return h.Container.Max
	}
	return 0
}

func checkWarm(spec *v1alpha1.ModelSpec, a arrange.Arrangement) error {
	if least := minReplicas(spec, 0); warmOf(a.Home) < least {
		return fmt.Errorf("spec.constraints.minReplicas: expected at least %d always ready", least)
	}
	if least := a.Offer.Billing.MinInstances; a.Home.Container != nil && a.Home.Container.Min < least {
		return fmt.Errorf("%s keeps at least %d instances", a.Offer.ID, least)
	}
	return nil
}

func checkQuota(spec *v1alpha1.ModelSpec, a arrange.Arrangement) error {
	quota, ok := arrange.Quota(spec, a.Offer)
	if !ok {
		quota = a.Offer.Limits.Quota
	}
	if quota > 0 && maxOf(a.Home) > quota {
		return fmt.Errorf("the quota of %s is %d", a.Offer.ID, quota)
	}
	return nil
}

func checkFunction(spec *v1alpha1.ModelSpec, a arrange.Arrangement) error {
	f := a.Settings.Function
	switch {
	case f == nil:
		return nil
	case f.Memory < spec.Service.Memory:
		return fmt.Errorf("spec.service.memory: the model needs %s", spec.Service.Memory)
	case f.SnapStart && !sellsSnapStart(a.Offer):
		return fmt.Errorf("%s is not sold with SnapStart", a.Offer.ID)
	}
	return nil
}

// checkProvisioned returns an error for environments that are kept ready where none are sold.
func checkProvisioned(a arrange.Arrangement) error {
	f := a.Home.Function
	if f == nil || sellsProvisioned(a.Offer) || f.Provisioned == 0 && f.Tracking == nil && len(f.Schedule) == 0 {
		return nil
	}
	return fmt.Errorf("%s is not sold with provisioned environments", a.Offer.ID)
}

// checkIdleHold returns an error for a time that the platform neither has by itself nor lets a customer set.
func checkIdleHold(spec *v1alpha1.ModelSpec, a arrange.Arrangement) error {
	if a.Home.Container == nil {
		return nil
	}
	b, hold := a.Offer.Billing, a.Home.Container.IdleHold
	switch {
	case hold == b.IdleHold.Std() || a.Fit.IdleHold > 0 && hold == a.Fit.IdleHold:
	case !b.SetsIdleHold():
		return fmt.Errorf("the idle hold of %s cannot be set", a.Offer.ID)
	case hold < b.IdleHoldMin.Std() || hold > b.IdleHoldMax.Std():
		return fmt.Errorf("the idle hold of %s is sold from %s to %s", a.Offer.ID, b.IdleHoldMin, b.IdleHoldMax)
	}
	return nil
}

// checkGiven returns an error unless some home of the model file gives nothing else than the arrangement has.
func checkGiven(wanted []wanted, a arrange.Arrangement) error {
	settings := tree(a.Settings)
	found := false
	for _, w := range wanted {
		if w.offer.Key() != a.Offer.Key() {
			continue
		}
		found = true
		if within(tree(w.settings), settings) {
			return nil
		}
	}
	if found {
		return fmt.Errorf("spec.homes fixes a setting of %s", a.Offer.ID)
	}
	return fmt.Errorf("spec.homes does not list %s", a.Offer.Key())
}

// tree is a home as JSON objects, without what names the offer.
func tree(h v1alpha1.Home) any {
	h.Offer, h.PriceClass, h.Region = "", "", ""
	data, err := json.Marshal(h)
	if err != nil {
		return nil
	}
	var v any
	if json.Unmarshal(data, &v) != nil {
		return nil
	}
	return v
}

// within reports whether everything in part is in whole, too, with the same value.
func within(part, whole any) bool {
	fields, isObject := part.(map[string]any)
	if !isObject {
		return reflect.DeepEqual(part, whole)
	}
	other, isObject := whole.(map[string]any)
	if !isObject {
		return len(fields) == 0
	}
	for name, value := range fields {
		if name != "offer" && !within(value, other[name]) {
			return false
		}
	}
	return true
}
