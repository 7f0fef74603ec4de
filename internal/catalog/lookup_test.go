package catalog

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestLookupErrors(t *testing.T) {
	for _, c := range []struct {
		id     string
		class  PriceClass
		region string
		want   []string
	}{
		{"aws/ec2/g6.xlrge", "", "", []string{"unknown offer", "aws/ec2/g6.xlarge"}},
		{"nothing/like/it", "", "", []string{"unknown offer", "catalog list"}},
		{"aws/lambda", "", "", []string{"is a service", "aws/lambda/arm", "aws/lambda/x86"}},
		{"aws/ec2/g6.xlarge", "spt", "", []string{"no price class", "spot"}},
		{"aws/ec2/g6.xlarge", Commit3Y, "", []string{"no price class", "on-demand", "spot"}},
		{"aws/ec2/g6.xlarge", Spot, "us-east-9", []string{"us-east-9", "us-east-1"}},
		{"aws/ec2/g6.xlarge@spot", OnDemand, "", []string{"names class spot"}},
		{"aws/ec2/g6.xlarge@spot:us-east-2", "", "us-east-1", []string{"names region us-east-2"}},
	} {
		_, err := mustEmbedded(t).Lookup(c.id, c.class, c.region)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Lookup(%s, %s, %s): %v; want it to say %q", c.id, c.class, c.region, err, want)
			}
		}
	}
}

func TestFindGPU(t *testing.T) {
	c := mustEmbedded(t)
	for _, name := range []string{"H100 NVL", "h100-nvl"} {
		if g, err := c.FindGPU(name); err != nil || g.Kind != "H100 NVL" {
			t.Errorf("FindGPU(%s) = %q, %v", name, g.Kind, err)
		}
	}
	_, err := c.FindGPU("L44")
	if want := `the catalogue knows no GPU "L44"; the nearest is L4 (see fulcrum catalog list)`; err == nil || err.Error() != want {
		t.Errorf("FindGPU(L44): %v, want %s", err, want)
	}
}

func TestNotSold(t *testing.T) {
	c := mustEmbedded(t)
	for _, id := range []string{"aws/lambda/gpu", "aws/fargate/gpu", "aws/lambda-microvms/gpu", "azure/functions/gpu", "aws/sagemaker-serverless/gpu"} {
		_, err := c.Lookup(id, "", "")
		var refused *NotSoldError
		if !errors.As(err, &refused) || refused.Refusal.ID != id || !strings.Contains(err.Error(), "source:") {
			t.Errorf("Lookup(%s): %v", id, err)
		}
	}
	for _, id := range []string{"aws/lambda", "aws/lambda/x86", "aws/lambda/gpu"} {
		if r, ok := c.Refusal(id, "GPU"); !ok || r.Service != "lambda" {
			t.Errorf("Refusal(%s) = %+v, %t", id, r, ok)
		}
	}
	for _, id := range []string{"aws/ec2/g6.xlarge", "gcp/cloud-run/request", "aws/lambda-edge/x86"} {
		if r, ok := c.Refusal(id, "gpu"); ok {
			t.Errorf("Refusal(%s) = %+v", id, r)
		}
	}
	if n := len(c.NotSold()); n < 5 {
		t.Errorf("%d refusals", n)
	}
}

func TestConfidenceIsTheLowest(t *testing.T) {
	if got := mustLookup(t, "azure/container-apps/consumption", "", ""); got.Confidence() != Low || !got.OldestPrice().IsZero() {
		t.Errorf("an undated rate makes the offer %s of %s", got.Confidence(), got.OldestPrice())
	}
	if got := mustLookup(t, "gcp/gce/n1-standard-4-t4", "", ""); got.Confidence() != Medium || dateText(got.OldestPrice()) != "2026-05-11" {
		t.Errorf("T4: %s of %s", got.Confidence(), dateText(got.OldestPrice()))
	}
}

func TestCheck(t *testing.T) {
	c := mustEmbedded(t)
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	count := map[Trouble]int{}
	for _, f := range c.Check(day, 180*24*time.Hour) {
		count[f.Trouble] += len(f.Subjects)
		if f.Trouble == Stale && f.AgeDays <= 180 {
			t.Errorf("stale at %d days: %+v", f.AgeDays, f)
		}
	}
	for _, want := range []Trouble{Stale, Undated, Doubtful, Unplannable, NotSold, Unknown} {
		if count[want] == 0 {
			t.Errorf("no finding of kind %s", want)
		}
	}
	for _, f := range c.Check(day, 10000*24*time.Hour) {
		if f.Trouble == Stale {
			t.Errorf("stale at an age of 10,000 days: %+v", f)
		}
	}
	later := 0
	for _, f := range c.Check(day.AddDate(2, 0, 0), 180*24*time.Hour) {
		if f.Trouble == Stale {
			later += len(f.Subjects)
		}
	}
	if later <= count[Stale] || later < len(c.Offers())-30 {
		t.Errorf("two years later %d are stale of %d, now %d", later, len(c.Offers()), count[Stale])
	}
}
