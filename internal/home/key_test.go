package home

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/baseline"
	"fulcrum.dev/fulcrum/internal/policy/hpa"
	"fulcrum.dev/fulcrum/internal/policy/keda"
	"fulcrum.dev/fulcrum/internal/policy/kpa"
	"fulcrum.dev/fulcrum/internal/policy/node"
	"fulcrum.dev/fulcrum/internal/policy/scale"
	"fulcrum.dev/fulcrum/internal/random"
)

// homes has every field of every kind of home in use.
func homes() map[string]Home {
	service := Service{Duration: random.Constant(1), Scale: 1, Concurrency: 2}
	return map[string]Home{
		"cluster": {Service: service, Cluster: &Cluster{
			Replicas: 2, Autoscaler: everyAutoscaler(), Schedule: entries(), ReplicasPerNode: 2, NodeStartUp: random.Constant(1), ImagePull: time.Second, PodStartUp: random.Constant(1), NodeIdle: time.Second,
			Nodes: Nodes{
				ClusterAutoscaler: new(node.ClusterAutoscaler), Karpenter: new(node.Karpenter), Spot: new(Spot),
			},
		}},
		"function": {Service: service, Function: &Function{
			Limit: 2, Burst: 3, BurstPeriod: time.Second, Init: random.Constant(1), InitLimit: time.Second, IdleExpiry: time.Second,
			Provisioned: 1, Timeout: time.Second, Step: time.Second,
			Schedule: entries(), Tracking: new(scale.DefaultTargetTracking(scale.Bounds{Min: 1, Max: 2})),
		}},
		"container": {Service: service, Container: &Container{
			Min: 1, Max: 2, StartUp: random.Constant(1), IdleHold: time.Second, QueueTimeout: time.Second, Step: time.Second, Minimum: time.Second,
			Schedule: entries(),
		}},
		"batched": {
			Service: Service{Scale: 1, Concurrency: 2, Batch: &Batch{Alpha: 1, Beta: 1, Gamma: 1, Max: 2, KVTokens: 5}},
			Cluster: &Cluster{Replicas: 1, ReplicasPerNode: 1},
		},
	}
}

// everyAutoscaler has every kind at once, which no home may have.
func everyAutoscaler() *Autoscaler {
	a := NewHPA(2, 10, 0.7)
	a.KPA, a.KEDA = new(kpa.Default(10)), new(keda.Default(1))
	a.KEDA.Behavior = new(hpa.DefaultBehavior())
	a.Predictive, a.Cackle = new(scale.PredictiveRule), new(baseline.CackleRule)
	a.Spock, a.MArk, a.LIBRA = new(Spock), new(MArk), new(LIBRA)
	return a
}

func entries() []scale.ScheduleEntry {
	return []scale.ScheduleEntry{{Days: []time.Weekday{time.Monday}, At: time.Hour, Bounds: scale.Bounds{Min: 1, Max: 1}}}
}

// TestKeyTellsEveryDifference changes one field at a time: homes of one key
// share one simulation, so that a field missing in the key would give wrong results.
func TestKeyTellsEveryDifference(t *testing.T) {
	for name, home := range homes() {
		before := home.Key()
		if again := homes()[name]; again.Key() != before {
			t.Errorf("%s: two equal homes have the keys\n%s\n%s", name, before, again.Key())
		}
		changed := 0
		visit(reflect.ValueOf(&home).Elem(), "Home", func(field string) {
			changed++
			if key := home.Key(); (key == before) != (field == "Home.Name") {
				t.Errorf("%s: the key with another %s is %s", name, field, key)
			}
		})
		if changed < 8 {
			t.Errorf("%s: only %d fields were changed", name, changed)
		}
	}
}

// visit changes each leaf of a value in turn, calls check, and puts it back.
func visit(v reflect.Value, path string, check func(string)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			visit(v.Elem(), path, check)
		}
		return
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), fmt.Sprintf("%s[%d]", path, i), check)
		}
		return
	case reflect.Struct:
		for i := range v.NumField() {
			visit(v.Field(i), path+"."+v.Type().Field(i).Name, check)
		}
		return
	}
	old := reflect.ValueOf(v.Interface())
	if old.IsValid() {
		defer v.Set(old)
	}
	switch v.Kind() {
	case reflect.Interface: // a distribution of the same mean
		if !old.IsValid() {
			return
		}
		v.Set(reflect.ValueOf(random.Exponential(1)))
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Float64:
		v.SetFloat(v.Float() + 0.125)
	case reflect.Uint8:
		v.SetUint(v.Uint() + 1)
	default:
		v.SetInt(v.Int() + 1)
	}
	check(path)
}
