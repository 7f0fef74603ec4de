// Command lab brings the laboratory up on this machine, and runs commands inside it.
//
// Start at parts.go, which has what it consists of.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/spf13/cobra"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == sampleArgument {
		sample()
		return
	}
	if err := newCommand().Execute(); err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			os.Exit(exit.ExitCode()) // of fulcrum, which has said why
		}
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
}

func newCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "lab",
		Short: "A laboratory of real Kubernetes and serverless hosts on one machine",
		Long: `lab brings up a laboratory in network, mount and process namespaces of its own: a real Kubernetes control plane and
what else it consists of. Nothing of it is left when it ends, however it ends. It needs Linux, and either root or user
namespaces.`,
		Example: `  go run ./cmd/lab up                               # from test/lab; Ctrl-C ends it
  go run ./cmd/lab exec -- sh                       # a shell inside, in another terminal
  go run ./cmd/lab exec -- kubectl get nodes        # KUBECONFIG is set there`,
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	command.AddCommand(newUp(), newExec(), newBench(), newBuild())
	return command
}
