package catalog

import (
	"errors"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
)

// TestAsk turns what is asked into meters, checked by hand.
func TestAsk(t *testing.T) {
	hour := unit.Duration(time.Hour)
	for _, c := range []struct {
		name, offer string
		ask         Ask
		want        Usage
	}{
		{"a function's requests", "aws/lambda/x86", Ask{Memory: 1024, Requests: 3_000_000, Duration: unit.Duration(2 * time.Second)}, Usage{FunctionTime: 3_000_000 * 2000 * 1024, Requests: 3_000_000}},
		{"rounded up to a millisecond", "aws/lambda/x86", Ask{Memory: 128, Requests: 1, Duration: unit.Duration(1500 * time.Microsecond)}, Usage{FunctionTime: 2 * 128, Requests: 1}},
		{"held a month", "aws/lambda/x86", Ask{Memory: 512, Provisioned: 5}, Usage{ProvisionedTime: held(5, 512)}},
		{"held in steps of 5 min", "aws/lambda/x86", Ask{Memory: 512, Provisioned: 1, ProvisionedHours: new(unit.Duration(61 * time.Minute))}, Usage{ProvisionedTime: 65 * 60 * 1000 * 512}},
		{"a quarter on what is held", "aws/lambda/x86", Ask{Memory: 1024, Provisioned: 1, Requests: 4, Duration: unit.Duration(time.Second), OnProvisioned: new(unit.Share(0.25))}, Usage{ProvisionedTime: held(1, 1024), ProvisionedRunTime: 1000 * 1024, FunctionTime: 3000 * 1024, Requests: 4}},
		{"SnapStart", "aws/lambda/x86", Ask{Memory: 1024, Restores: 3, SnapshotHours: hour}, Usage{SnapshotRestores: 3 * 1024, SnapshotCacheTime: msPerHour * 1024}},
		{"a node's month", "aws/ec2/g6.xlarge", Ask{}, Usage{NodeTime: monthMs}},
		{"two nodes, an hour", "aws/ec2/g6.xlarge", Ask{Instances: 2, Hours: &hour}, Usage{NodeTime: 2 * msPerHour}},
		{"as long as requests take, two at once", "runpod/serverless/24gb", Ask{Requests: 3, Duration: unit.Duration(1100 * time.Millisecond), Concurrency: 2}, Usage{GPUTime: 3000 * 1000, Requests: 3}},
		{"held though requests come", "runpod/serverless/24gb", Ask{Requests: 3, Duration: unit.Duration(time.Second), Hours: &hour}, Usage{GPUTime: msPerHour * 1000, Requests: 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.ask.Instances, c.ask.Concurrency = max(1, c.ask.Instances), max(1, c.ask.Concurrency)
			_, got, err := c.ask.Usage(mustLookup(t, c.offer, "", ""))
			if err != nil {
				t.Fatal(err)
			}
			for m, n := range c.want {
				if got[m] != n {
					t.Errorf("%s: %d, want %d", m, got[m], n)
				}
				delete(got, m)
			}
			for m, n := range got {
				t.Errorf("%s: %d more", m, n)
			}
		})
	}
}

// TestAskRefusals name the field at fault.
func TestAskRefusals(t *testing.T) {
	second := unit.Duration(time.Second)
	for _, c := range []struct {
		field, offer string
		ask          Ask
	}{
		{"duration", "aws/lambda/x86", Ask{Memory: 1024, Duration: second}},
		{"requests", "aws/lambda/x86", Ask{Memory: 1024, Requests: 1}},
		{"requests", "aws/lambda/x86", Ask{Memory: 1024, Requests: -1, Duration: second}},
		{"restores", "aws/lambda/x86", Ask{Memory: 1024, Restores: -1}},
		{"memory", "aws/lambda/x86", Ask{Requests: 1, Duration: second}},
		{"duration", "aws/lambda/x86", Ask{Memory: 1024, Requests: 1, Duration: unit.Duration(time.Hour)}},
		{"provisioned", "aws/lambda/x86", Ask{Memory: 1024, Provisioned: -1}},
		{"provisioned", "aws/lambda/x86", Ask{Memory: 1024, Provisioned: 1, Restores: 1}},
		{"onProvisioned", "aws/lambda/x86", Ask{Memory: 1024, OnProvisioned: new(unit.Share(1))}},
		{"onProvisioned", "aws/lambda/x86", Ask{Memory: 1024, Provisioned: 1, OnProvisioned: new(unit.Share(2))}},
		{"onProvisioned", "aws/lambda/x86", Ask{Memory: 1024, Provisioned: 1, Requests: 3_000_000, Duration: second}},
		{"provisionedHours", "aws/lambda/x86", Ask{Memory: 1024, ProvisionedHours: &second}},
		{"hours", "aws/lambda/x86", Ask{Memory: 1024, Hours: &second}},
		{"requests", "aws/ec2/g6.xlarge", Ask{Requests: 1, Duration: second}},
		{"hours", "aws/ec2/g6.xlarge", Ask{Hours: new(-second)}},
		{"instances", "aws/ec2/g6.xlarge", Ask{Instances: -1}},
		{"concurrency", "gcp/cloud-run/l4", Ask{Concurrency: 1001}},
		{"requests", "gcp/cloud-run/l4", Ask{Requests: 3_000_000, Duration: second, Hours: &second}},
		{"requests", "gcp/cloud-run/l4", Ask{Requests: 1 << 62, Duration: second}},
		{"provisioned", "gcp/cloud-run/l4", Ask{Provisioned: 1}},
	} {
		if c.ask.Instances == 0 {
			c.ask.Instances = 1
		}
		c.ask.Concurrency = max(1, c.ask.Concurrency)
		_, got, err := c.ask.Usage(mustLookup(t, c.offer, "", ""))
		var wrong *AskError
		if !errors.As(err, &wrong) || wrong.Field != c.field || wrong.Problem == "" {
			t.Errorf("%s, %+v: %v, %v, want an error of %s", c.offer, c.ask, got, err, c.field)
		}
	}
}

// TestBusyMonth: one hour of it is the list price of an hour, also of a function.
func TestBusyMonth(t *testing.T) {
	for id, want := range map[string]string{
		"aws/ec2/g6.xlarge": "587.504", "gcp/cloud-run/l4": "763.9596", "aws/lambda/x86": "43.8000876",
	} {
		b, err := mustLookup(t, id, "", "").BusyMonth(Size{VCPU: 4, Memory: map[bool]unit.Memory{true: 1024, false: 16 * 1024}[id == "aws/lambda/x86"]})
		if err != nil || b.Total.String() != want {
			t.Errorf("%s: %s, %v, want %s", id, b.Total, err, want)
		}
	}
}
