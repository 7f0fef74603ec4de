package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"

	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

func newExec() *cobra.Command {
	var pid int
	command := &cobra.Command{
		Use:   "exec -- COMMAND [ARGUMENT...]",
		Short: "Run a command inside the running laboratory",
		Long: `exec runs a command in the namespaces of the running laboratory, where all its addresses are reachable and /proc has its
processes. The environment has what opens them: KUBECONFIG, AWS_ACCESS_KEY_ID and the like, GCE_METADATA_HOST. It needs
nsenter, of util-linux.`,
		Example: `  go run ./cmd/lab exec -- sh
  go run ./cmd/lab exec -- kubectl get pods -A
  go run ./cmd/lab exec -- fulcrum bench test/lab/cmd/lab/peers.yaml --yes --out run`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error { return execute(pid, args) },
	}
	command.Flags().IntVar(&pid, "pid", 0, "first process of the laboratory, if several are running")
	return command
}

// execute becomes nsenter, which joins the namespaces: a Go program cannot, as it has several threads.
func execute(pid int, args []string) error {
	if pid == 0 {
		var err error
		if pid, err = sandbox.One(sandboxName); err != nil {
			return fmt.Errorf("looking for the laboratory: %w; start one with \"lab up\", and choose with --pid", err)
		}
	}
	folder, err := os.Getwd()
	if err != nil {
		return err
	}
	flags := []string{"--target=" + strconv.Itoa(pid), "--mount", "--net", "--ipc", "--pid"}
	own, err := ownUserNamespace(pid)
	if err != nil {
		return err
	}
	if own {
		flags = append(flags, "--user", "--preserve-credentials")
	}
	// Joining the mounts leads to the root folder, so a shell goes back.
	flags = append(flags, "--", "sh", "-c", `cd "$0" && exec "$@"`, folder)
	path, err := exec.LookPath("nsenter")
	if err != nil {
		return fmt.Errorf("%w; install util-linux", err)
	}
	variables, err := readVariables(pid)
	if err != nil {
		return err
	}
	environment := slices.Concat(os.Environ(), sandbox.EnterEnvironment(pid), variables)
	if err := syscall.Exec(path, slices.Concat([]string{"nsenter"}, flags, args), environment); err != nil {
		return fmt.Errorf("running %s: %w", path, err)
	}
	return nil
}

// ownUserNamespace reports whether a process is in another user namespace than this one.
func ownUserNamespace(pid int) (bool, error) {
	here, err := os.Readlink("/proc/self/ns/user")
	if err != nil {
		return false, err
	}
	there, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/user", pid))
	if err != nil {
		return false, fmt.Errorf("looking at process %d: %w", pid, err)
	}
	return here != there, nil
}
