// Package offline runs serverless-offline, an emulator of Lambda and of its HTTP APIs that others wrote from the same
// documentation as package lambda.
//
// In goes a [Config]: a serverless.yml and the files that it names. Out comes a [Server], whose functions are called with an
// AWS SDK at Config.LambdaPort, as SERVICE-dev-FUNCTION, and over HTTP at Config.HTTPPort where the configuration says so. It
// takes any credentials. Each concurrent call has a worker thread of its own, kept for Config.IdleTimeout or a little longer.
//
// What it needs is installed into the laboratory's cache at the first use, by npm from package-lock.json: see [Install].
package offline

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"fulcrum.dev/fulcrum/test/lab/npm"
	"fulcrum.dev/fulcrum/test/lab/process"
)

//go:embed package.json package-lock.json
var manifests embed.FS

// host is where it listens.
const host = "127.0.0.1"

// Config says what to serve, and where.
type Config struct {
	Dir         string            // a folder for its own files, which must be there until it is stopped
	Service     string            // the text of serverless.yml
	Files       map[string][]byte // beside it, by name
	LambdaPort  int               // of the Invoke API
	HTTPPort    int               // of the HTTP API; 0 when no function has one
	IdleTimeout time.Duration     // until an unused instance ends, in whole seconds
}

// Server is a running serverless-offline.
type Server struct {
	*process.Process
	log string
}

// Install installs it, if no earlier run has.
func Install(ctx context.Context) error {
	_, err := npm.Install(ctx, manifests)
	return err
}

// Start starts it, and returns when it listens. The caller must stop it, with Kill.
func Start(ctx context.Context, c Config) (*Server, error) {
	s := &Server{log: filepath.Join(c.Dir, "output")}
	if err := c.write(ctx); err != nil {
		return nil, fmt.Errorf("starting serverless-offline: %w", err)
	}
	output, err := os.Create(s.log)
	if err != nil {
		return nil, fmt.Errorf("starting serverless-offline: %w", err)
	}
	defer output.Close()
	if s.Process, err = process.Start(c.command(output)); err != nil {
		return nil, fmt.Errorf("starting serverless-offline: %w", err)
	}
	for _, port := range []int{c.LambdaPort, c.HTTPPort} {
		if port == 0 {
			continue
		}
		if err := s.listens(ctx, net.JoinHostPort(host, strconv.Itoa(port))); err != nil {
			s.Kill()
			text, _ := os.ReadFile(s.log) // as much as there is
			return nil, fmt.Errorf("starting serverless-offline: %w\n%s", err, text)
		}
	}
	return s, nil
}

func (c Config) command(output *os.File) process.Command {
	return process.Command{
		Args: []string{
			"node", filepath.Join("node_modules", "serverless", "bin", "serverless.js"), "offline", "start", "--host", host,
			"--lambdaPort", strconv.Itoa(c.LambdaPort), "--httpPort", strconv.Itoa(c.HTTPPort), "--noPrependStageInUrl",
			"--terminateIdleLambdaTime", strconv.Itoa(int(c.IdleTimeout / time.Second)),
		},
		Dir: c.Dir, Stdout: output, Stderr: output,
		Env: []string{ // functions have that of serverless.yml
			"PATH=" + os.Getenv("PATH"), "HOME=" + c.Dir, "SLS_TELEMETRY_DISABLED=1", "SLS_NOTIFICATIONS_MODE=off", "SLS_INTERACTIVE_SETUP_ENABLE=0",
		},
	}
}

// write fills the folder.
func (c Config) write(ctx context.Context) error {
	packages, err := npm.Install(ctx, manifests)
	if err != nil {
		return err
	}
	files := map[string][]byte{"serverless.yml": []byte(c.Service), "package.json": []byte("{}\n")}
	maps.Copy(files, c.Files)
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(c.Dir, name), text, 0o600); err != nil {
			return err
		}
	}
	return os.Symlink(filepath.Join(packages, "node_modules"), filepath.Join(c.Dir, "node_modules"))
}

// listens waits until an address takes connections.
func (s *Server) listens(ctx context.Context, address string) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err == nil {
			return connection.Close()
		}
		select {
		case <-tick.C:
		case <-s.Done():
			if s.Err() == nil {
				return errors.New("it has ended")
			}
			return fmt.Errorf("it has ended: %w", s.Err())
		case <-ctx.Done():
			return fmt.Errorf("%s takes no connection: %w", address, ctx.Err())
		}
	}
}
