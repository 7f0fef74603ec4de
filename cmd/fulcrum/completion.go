package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/experiment"
	"fulcrum.dev/fulcrum/internal/fidelity"
	"fulcrum.dev/fulcrum/internal/workload/trace"
)

// flagValues are what flags take, in every command that has them and whose name ends so.
var flagValues = []struct {
	command, flag string
	values        []string
}{
	{"plan", "output", planForms},
	{"simulate", "output", tableForms},
	{"neighbours", "output", tableForms},
	{"catalog", "output", tableForms},
	{"price", "output", tableForms},
	{"selftest", "output", tableForms},
	{"fidelity", "output", pageForms},
	{"calibrate", "output", nil},
	{"init", "output", nil},
	{"", "output", recordForms},
	{"", "class", []string{"on-demand", "spot", "1y", "3y"}},
	{"", "kind", []string{"node", "function", "container"}},
	{"", "protocol", flagProtocols},
	{"", "arrivals", []string{"poisson", "constant"}},
	{"", "progress", []string{"auto", "none", "json"}},
	{"", "of", experiment.Names()},
	{"", "group", fidelity.GroupNames()},
	{"calibrate", "model", []string{"auto", "fixed", "batched"}},
	{"calibrate", "format", []string{"text", "json"}},
	{"", "format", append([]string{"auto"}, trace.Formats()...)},
}

// addCompletions lets the shell complete the values of flags, offers, and files by their ending, in all commands below cmd.
func addCompletions(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		addCompletions(sub)
	}
	for _, v := range flagValues {
		if _, done := cmd.GetFlagCompletionFunc(v.flag); done || cmd.LocalFlags().Lookup(v.flag) == nil || !strings.HasSuffix(cmd.Name(), v.command) {
			continue
		}
		_ = cmd.RegisterFlagCompletionFunc(v.flag, cobra.FixedCompletions(v.values, cobra.ShellCompDirectiveNoFileComp)) // of a flag that is there
	}
	for flag, of := range map[string]func(catalog.Offer) string{
		"gpu":      func(o catalog.Offer) string { return o.Hardware.GPU },
		"provider": func(o catalog.Offer) string { return o.Provider },
		"region":   func(o catalog.Offer) string { return o.Region },
	} {
		if cmd.LocalFlags().Lookup(flag) != nil {
			_ = cmd.RegisterFlagCompletionFunc(flag, completeOffers(of))
		}
	}
	switch name := strings.Fields(cmd.Use); name[len(name)-1] {
	case "OFFER":
		cmd.ValidArgsFunction = firstOnly(completeOffers(func(o catalog.Offer) string { return o.ID }))
	case "FILE", "[SUITE]":
		cmd.ValidArgsFunction = firstOnly(cobra.FixedCompletions([]string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt))
	}
	if cmd.Name() == "describe" { // a trace ends as it likes
		cmd.ValidArgsFunction = nil
	}
}

// firstOnly completes the first argument, and no other.
func firstOnly(complete cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begin string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(cmd, args, begin)
	}
}

// completeOffers lists what the offers of the catalogue have, of the one that --catalog adds to if it is given.
func completeOffers(of func(catalog.Offer) string) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, begin string) ([]cobra.Completion, cobra.ShellCompDirective) {
		dir := ""
		if f := cmd.Flag("catalog"); f != nil {
			dir = f.Value.String()
		}
		cat, err := loadCatalog(dir)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		var found []cobra.Completion
		for _, o := range cat.Offers() {
			if v := of(o); strings.HasPrefix(v, begin) && v != "" {
				found = append(found, v)
			}
		}
		slices.Sort(found)
		return slices.Compact(found), cobra.ShellCompDirectiveNoFileComp
	}
}
