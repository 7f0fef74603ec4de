package main

import (
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"fulcrum.dev/fulcrum/test/lab/binary"
)

func newBuild() *cobra.Command {
	return &cobra.Command{
		Use:   "build",
		Short: "Build what the laboratory runs, unless the cache has it",
		Long: `build compiles etcd and Kubernetes into one binary and keeps it in the cache folder, fulcrum-lab in the user's own or
what ` + binary.CacheVariable + ` names. "up" and the tests do that too; it takes about ten minutes on two cores, longer than
"go test" lets a test run.`,
		Example: `  go run ./cmd/lab build
  FULCRUM_LAB_CACHE=/var/cache/lab go run ./cmd/lab build`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(command.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return binary.Build(ctx)
		},
	}
}
