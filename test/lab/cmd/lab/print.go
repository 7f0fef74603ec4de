package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// print writes what there is.
func (l *laboratory) print(out io.Writer, took time.Duration) error {
	log, err := sandbox.OutsidePath(logFile)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nThe laboratory is up after %s.\n\n", took.Round(100*time.Millisecond))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\ton this machine\tinside")
	for _, e := range l.endpoints {
		fmt.Fprintf(table, "%s\t%s\t%s\n", e.name, e.outside, e.inside)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nIts log is %s. To try in another terminal:\n\n", log)
	if l.kubeconfig != "" {
		fmt.Fprintf(out, "    export KUBECONFIG=%s\n", l.kubeconfig)
	}
	for _, hint := range l.hints {
		fmt.Fprintf(out, "    %s\n", hint)
	}
	_, err = fmt.Fprint(out, "\nCtrl-C ends it.\n")
	return err
}
