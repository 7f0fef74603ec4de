package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// priceFlags are what a user says about the usage to be priced.
type priceFlags struct {
	output, catalog, class, region, gpu string
	freeTier, withoutTraffic            bool
	memory                              unit.Memory
	vcpu                                float64
	requests, restores                  int64
	duration, hours, idleHours          unit.Duration
	provisioned, instances              int
	provisionedHours, snapshotHours     unit.Duration
	onProvisioned                       unit.Share
	concurrency, sharedBy               int
	egress                              unit.Bytes
	// given are the flags on the command line.
	given map[string]bool
}

func newPriceCommand(std streams) *cobra.Command {
	f := priceFlags{given: map[string]bool{}}
	cmd := &cobra.Command{
		Use:   "price OFFER",
		Short: "Price a month's usage of one offer, line by line",
		Long: `Price is a calculator: it turns a month's usage of one offer of the catalogue into
bill lines (quantity, unit price, amount, source) that sum exactly.

Nodes, instances and provisioned concurrency are priced for a month of 730 hours
unless --hours or --provisioned-hours says otherwise. Free tiers are left out
unless --free-tier is given. What is not sold, such as a GPU in AWS Lambda, is
refused with the reason and its source.`,
		Example: `  fulcrum price aws/lambda/x86 --memory 1GB --requests 3M --duration 2s
  fulcrum price aws/lambda/x86 --memory 1GB --requests 3M --duration 2s --provisioned 5
  fulcrum price aws/ec2/g6.xlarge --hours 730 --class spot --region us-east-2
  fulcrum price gcp/cloud-run/l4 --hours 730
  fulcrum price modal/functions/l4 --requests 100k --duration 3s --vcpu 4 --memory 16GiB
  fulcrum price aws/eks --shared-by 4`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cmd.Flags().Visit(func(fl *pflag.Flag) { f.given[fl.Name] = true })
			return f.run(std, args[0])
		},
	}
	f.register(cmd.Flags())
	return cmd
}

func (f *priceFlags) register(fs *pflag.FlagSet) {
	fs.StringVarP(&f.output, "output", "o", "text", "output format: text or json")
	fs.StringVar(&f.catalog, "catalog", "", "directory of catalogue files that add to and override the built-in ones")
	fs.StringVar(&f.class, "class", "", "price class: on-demand, spot, 1y or 3y (default on-demand)")
	fs.StringVar(&f.region, "region", "", "region (default: the offer's first)")
	fs.StringVar(&f.gpu, "gpu", "", "require a GPU, or a kind of GPU: --gpu=L4")
	fs.Lookup("gpu").NoOptDefVal = "any"
	fs.BoolVar(&f.freeTier, "free-tier", false, "count the monthly free allowance")
	fs.Var(newTextFlag(&f.memory, "size", parsePositive), "memory", "memory of one environment or instance, such as 1GB")
	fs.Float64Var(&f.vcpu, "vcpu", 0, "vCPUs of one instance, if they are sold separately")
	fs.Var(newTextFlag(&f.requests, "number", parseWhole), "requests", "requests per month, such as 3M")
	fs.Var(newTextFlag(&f.duration, "duration", parseTime), "duration", "duration of one request, such as 2s")
	fs.IntVar(&f.concurrency, "concurrency", 1, "requests that an instance serves at once")
	fs.Var(newTextFlag(&f.hours, "hours", parseHours), "hours", "hours per month that each node or instance runs (default 730)")
	fs.Var(newTextFlag(&f.idleHours, "hours", parseHours), "idle-hours", "hours per month that each instance is warm without a request")
	fs.IntVar(&f.instances, "instances", 1, "number of nodes or instances")
	fs.IntVar(&f.provisioned, "provisioned", 0, "environments of provisioned concurrency")
	fs.Var(newTextFlag(&f.provisionedHours, "hours", parseHours), "provisioned-hours", "hours per month that provisioned concurrency is held (default 730)")
	fs.Var(newTextFlag(&f.onProvisioned, "share", parsePart), "on-provisioned", "share of the requests served on provisioned concurrency (default: all)")
	fs.Var(newTextFlag(&f.restores, "number", parseWhole), "restores", "SnapStart restores per month")
	fs.Var(newTextFlag(&f.snapshotHours, "hours", parseHours), "snapshot-hours", "hours per month that a SnapStart snapshot is cached")
	fs.Var(newTextFlag(&f.egress, "size", unit.ParseBytes), "egress", "traffic to the internet per month, such as 300GB")
	fs.IntVar(&f.sharedBy, "shared-by", 1, "models that share a cluster's fixed cost")
	fs.BoolVar(&f.withoutTraffic, "without-traffic", false, "leave out a cluster's items that grow with traffic")
}

// The flags of a cluster's cost, and those that every offer takes.
var (
	clusterFlags = []string{"shared-by", "without-traffic"}
	commonFlags  = []string{"output", "catalog", "class", "region", "gpu", "free-tier"}
)

func (f *priceFlags) run(std streams, id string) error {
	if f.output != "text" && f.output != "json" {
		return fmt.Errorf("--output: expected text or json, got %q", f.output)
	}
	cat, err := loadCatalog(f.catalog)
	if err != nil {
		return err
	}
	var p priced
	if set, ok := cat.Cluster(id); ok {
		p, err = f.cluster(set)
	} else {
		p, err = f.offer(cat, id)
	}
	if err != nil {
		return err
	}
	if f.output == "json" {
		return p.writeJSON(std.out)
	}
	return p.writeText(std.out)
}

// cluster prices a set of fixed cost.
func (f *priceFlags) cluster(set catalog.ClusterCost) (priced, error) {
	if err := f.only(set.ID+", the fixed cost of a cluster,", clusterFlags, []string{"output", "catalog"}); err != nil {
		return priced{}, err
	}
	bill, err := set.Bill(f.sharedBy, !f.withoutTraffic)
	if err != nil {
		return priced{}, fmt.Errorf("--shared-by: %w", err)
	}
	title := set.ID + ": " + set.Name
	if f.sharedBy > 1 {
		title += fmt.Sprintf(", a share of 1/%d", f.sharedBy)
	}
	return priced{Subject: set.ID, Title: title, Note: set.Note, Bill: bill}, nil
}

// offer prices a usage of an offer.
func (f *priceFlags) offer(cat *catalog.Catalog, id string) (priced, error) {
	o, err := cat.Lookup(id, catalog.PriceClass(f.class), f.region)
	if err != nil {
		return priced{}, err
	}
	if err := f.insistOnGPU(cat, o); err != nil {
		return priced{}, err
	}
	if err := f.only(fmt.Sprintf("%s, a %s,", o.ID, o.Kind), usageFlags(o.Kind), commonFlags); err != nil {
		return priced{}, err
	}
	size, usage, err := f.ask().Usage(o)
	if err != nil {
		return priced{}, inFlags(err)
	}
	if f.egress > 0 {
		usage[catalog.Egress] = int64(f.egress)
		if rate, sold := cat.Egress(o.Provider); sold {
			o = o.WithEgress(rate)
		}
	}
	bill, err := o.Price(usage, catalog.PriceOptions{FreeTier: f.freeTier})
	if err != nil {
		return priced{}, err
	}
	title := fmt.Sprintf("%s in %s, %s, %s", o.ID, o.Region, classText(o.PriceClass), sizeText(o, size))
	return priced{Subject: o.Key(), Title: title, Note: offerNote(o), Offer: &o, Size: &size, Usage: usage, Bill: bill}, nil
}

// only refuses flags that have no meaning for what is priced.
func (f *priceFlags) only(what string, allowed, common []string) error {
	for _, name := range slices.Sorted(maps.Keys(f.given)) {
		if !slices.Contains(allowed, name) && !slices.Contains(common, name) {
			return fmt.Errorf("--%s does not apply to %s which takes --%s", name, what, strings.Join(allowed, ", --"))
		}
	}
	return nil
}

// insistOnGPU refuses an offer without the GPU that was asked for.
func (f *priceFlags) insistOnGPU(cat *catalog.Catalog, o catalog.Offer) error {
	if f.gpu == "" {
		return nil
	}
	if o.Hardware.GPU == "" {
		if r, known := cat.Refusal(o.ID, "gpu"); known {
			return &catalog.NotSoldError{Refusal: r}
		}
		return fmt.Errorf("--gpu: %s has no GPU; \"fulcrum catalog list --gpu any\" shows the offers that have", o.ID)
	}
	if f.gpu == "any" {
		return nil
	}
	want, known := cat.GPU(f.gpu)
	if !known {
		return fmt.Errorf("--gpu: unknown kind of GPU %q; \"fulcrum catalog list --gpu any\" shows those that are sold", f.gpu)
	}
	if want.Kind != o.Hardware.GPU {
		return fmt.Errorf("--gpu: %s has %s, not %s", o.ID, o.Hardware.GPU, want.Kind)
	}
	return nil
}

func classText(c catalog.PriceClass) string {
	return map[catalog.PriceClass]string{
		catalog.OnDemand: "on demand", catalog.Spot: "spot",
		catalog.Commit1Y: "1 year commitment", catalog.Commit3Y: "3 year commitment",
	}[c]
}

func sizeText(o catalog.Offer, s catalog.Size) string {
	gpu := ""
	if o.Hardware.GPU != "" {
		gpu = fmt.Sprintf("%g x %s, ", o.Hardware.GPUs, o.Hardware.GPU)
	}
	return fmt.Sprintf("%s%.3g vCPU, %s", gpu, s.VCPU, s.Memory)
}

// offerNote says why a price should be taken with care.
func offerNote(o catalog.Offer) string {
	var notes []string
	if o.Unplannable != "" {
		notes = append(notes, "no home can be planned on it: "+o.Unplannable)
	}
	if o.Confidence() == catalog.Low {
		notes = append(notes, "low confidence: undated, derived or conflicting; check it before you rely on it")
	}
	if o.InterruptionBand != "" {
		notes = append(notes, "interruption frequency "+o.InterruptionBand+" a month")
	}
	return strings.Join(notes, "; ")
}
