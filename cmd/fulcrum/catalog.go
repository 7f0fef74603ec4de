package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/report"
)

// catalogSchema and checkSchema name the forms of `fulcrum catalog … -o json`.
const (
	catalogSchema = "fulcrum.dev/catalog/v1alpha1"
	checkSchema   = "fulcrum.dev/catalog-check/v1alpha1"
)

// catalogFlags are what the subcommands of catalog share.
type catalogFlags struct{ output, dir string }

func newCatalogCommand(std streams) *cobra.Command {
	var f catalogFlags
	cmd := &cobra.Command{
		Use:   "catalog",
		Short: "Show offers, their prices and sources, and what is not sold",
		Long: `The catalogue holds offers with their prices, limits and billing rules, each with
source, date and confidence. --catalog names a directory with your own files, one
per provider, which add offers and change those with the same id.`,
		Args: cobra.NoArgs,
	}
	cmd.PersistentFlags().StringVarP(&f.output, "output", "o", "text", "output format: text or json")
	cmd.PersistentFlags().StringVar(&f.dir, "catalog", "", "directory of catalogue files that add to and override the built-in ones")
	cmd.AddCommand(newCatalogListCommand(std, &f), newCatalogShowCommand(std, &f), newCatalogCheckCommand(std, &f))
	return cmd
}

func (f *catalogFlags) load() (*catalog.Catalog, error) {
	if f.output != "text" && f.output != "json" {
		return nil, fmt.Errorf("--output: expected text or json, got %q", f.output)
	}
	return loadCatalog(f.dir)
}

// offerFilter says which offers to list.
type offerFilter struct {
	provider, kind, gpu, class string
	all                        bool
}

func newCatalogListCommand(std streams, f *catalogFlags) *cobra.Command {
	var filter offerFilter
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the offers",
		Long: `List the offers with their hardware and price. Without --all, the list omits
low-confidence offers, offers that plan cannot use, and further regions.`,
		Example: `  fulcrum catalog list --gpu L4
  fulcrum catalog list --provider aws --kind node --class spot
  fulcrum catalog list --all -o json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cat, err := f.load()
			if err != nil {
				return err
			}
			offers, err := filter.apply(cat)
			if err != nil {
				return err
			}
			if f.output == "json" {
				return report.JSON(std.out, struct {
					SchemaVersion string          `json:"schemaVersion"`
					Offers        []catalog.Offer `json:"offers"`
				}{catalogSchema, offers})
			}
			return writeOffers(std.out, offers)
		},
	}
	cmd.Flags().StringVar(&filter.provider, "provider", "", "only this provider, such as aws")
	cmd.Flags().StringVar(&filter.kind, "kind", "", "only this kind: node, function or container")
	cmd.Flags().StringVar(&filter.gpu, "gpu", "", "only offers with this kind of GPU; any means every kind")
	cmd.Flags().StringVar(&filter.class, "class", "", "only this price class: on-demand, spot, 1y or 3y")
	cmd.Flags().BoolVar(&filter.all, "all", false, "include low-confidence offers, offers that plan cannot use, and every region")
	return cmd
}

// apply returns the offers that pass; a value that no offer has is an error.
func (q offerFilter) apply(cat *catalog.Catalog) ([]catalog.Offer, error) {
	offers := cat.Offers()
	gpu := q.gpu
	if g, known := cat.GPU(gpu); known {
		gpu = g.Kind
	}
	for _, part := range []struct {
		flag, want string
		of         func(catalog.Offer) string
	}{
		{"provider", q.provider, func(o catalog.Offer) string { return o.Provider }},
		{"kind", q.kind, func(o catalog.Offer) string { return string(o.Kind) }},
		{"class", q.class, func(o catalog.Offer) string { return string(o.PriceClass) }},
		{"gpu", gpu, func(o catalog.Offer) string { return o.Hardware.GPU }},
	} {
		if part.want == "" {
			continue
		}
		var seen []string
		for _, o := range cat.Offers() {
			if v := part.of(o); v != "" && !slices.Contains(seen, v) {
				seen = append(seen, v)
			}
		}
		if !slices.Contains(seen, part.want) && (part.flag != "gpu" || part.want != "any") {
			slices.Sort(seen)
			return nil, fmt.Errorf("--%s: no offer has %q: expected one of %s", part.flag, part.want, strings.Join(seen, ", "))
		}
		offers = slices.DeleteFunc(offers, func(o catalog.Offer) bool {
			v := part.of(o)
			return v != part.want && (part.want != "any" || v == "")
		})
	}
	if !q.all {
		offers = slices.DeleteFunc(offers, func(o catalog.Offer) bool {
			return !o.Primary || o.Unplannable != "" || o.Confidence() == catalog.Low
		})
	}
	return offers, nil
}

func newCatalogShowCommand(std streams, f *catalogFlags) *cobra.Command {
	var class, region string
	cmd := &cobra.Command{
		Use:   "show OFFER",
		Short: "Show everything about one offer, or a cluster's fixed cost",
		Example: `  fulcrum catalog show aws/lambda/x86
  fulcrum catalog show aws/ec2/g6.xlarge --class spot
  fulcrum catalog show aws/eks`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			cat, err := f.load()
			if err != nil {
				return err
			}
			if set, ok := cat.Cluster(args[0]); ok && class == "" && region == "" {
				return showCluster(std, f, set)
			}
			o, err := cat.Lookup(args[0], catalog.PriceClass(class), region)
			if err != nil {
				return err
			}
			if f.output == "json" {
				return report.JSON(std.out, struct {
					SchemaVersion string        `json:"schemaVersion"`
					Key           string        `json:"key"`
					Offer         catalog.Offer `json:"offer"`
				}{catalogSchema, o.Key(), o})
			}
			return writeOffer(std.out, cat, o)
		},
	}
	cmd.Flags().StringVar(&class, "class", "", "price class: on-demand, spot, 1y or 3y (default on-demand)")
	cmd.Flags().StringVar(&region, "region", "", "region (default: the offer's first)")
	return cmd
}

func showCluster(std streams, f *catalogFlags, set catalog.ClusterCost) error {
	if f.output == "json" {
		return report.JSON(std.out, struct {
			SchemaVersion string              `json:"schemaVersion"`
			Cluster       catalog.ClusterCost `json:"cluster"`
		}{catalogSchema, set})
	}
	bill, err := set.Bill(1, true)
	if err != nil {
		return err
	}
	return priced{Subject: set.ID, Title: set.ID + ": " + set.Name, Note: set.Note, Bill: bill}.writeText(std.out)
}

func newCatalogCheckCommand(std streams, f *catalogFlags) *cobra.Command {
	var today string
	maxAge := unit.Duration(180 * 24 * time.Hour)
	cmd := &cobra.Command{
		Use:   "check",
		Short: "List prices that are stale, undated, low-confidence or unknown, and what is not sold",
		Long: `Check validates the catalogue and lists the prices that need care. With --catalog it
validates your own files too; an invalid file is an error. Findings are not errors:
the exit code is 0.`,
		Example: `  fulcrum catalog check
  fulcrum catalog check --max-age 90d --today 2026-11-23
  fulcrum catalog check --catalog ./prices`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			day, err := parseToday(today)
			if err != nil {
				return err
			}
			cat, err := f.load()
			if err != nil {
				return err
			}
			found := cat.Check(day, maxAge.Std())
			if f.output == "json" {
				return report.JSON(std.out, checkDocument{checkSchema, day.Format(time.DateOnly), maxAge.String(), append([]catalog.Finding{}, found...)})
			}
			return writeFindings(std.out, cat, found, day, maxAge)
		},
	}
	cmd.Flags().StringVar(&today, "today", "", "day on which the age of prices is computed, as 2006-01-02 (default: today)")
	cmd.Flags().Var(newTextFlag(&maxAge, "duration", parseTime), "max-age", "age above which a price is stale (default 180d)")
	return cmd
}

// checkDocument is the findings for programs.
type checkDocument struct {
	SchemaVersion string            `json:"schemaVersion"`
	Today         string            `json:"today"`
	MaxAge        string            `json:"maxAge"`
	Findings      []catalog.Finding `json:"findings"`
}
