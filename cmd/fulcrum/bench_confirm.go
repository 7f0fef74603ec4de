package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench"
	"fulcrum.dev/fulcrum/internal/bench/target"
)

// confirm asks before load goes to a host for the first time, unless it is this machine.
func confirm(std streams, in bench.Input, yes bool) error {
	requests := func(target int) int64 { return in.Projection.ByTarget[target] }
	return confirmLoad(std, in.Suite, in.Access, func(host string) string { return projected(in, host) }, requests, yes)
}

// confirmLoad is confirm for a load that is said in words for each host, and in requests for each target, 0 where that is
// not known.
func confirmLoad(std streams, suite *v1alpha1.Suite, access map[string]target.Access, load func(host string) string, requests func(target int) int64, yes bool) error {
	known, err := openKnownHosts()
	if err != nil {
		return err
	}
	hosts := known.unknown(suite, access)
	if len(hosts) == 0 {
		return nil
	}
	prices, err := loadCatalog("")
	if err != nil {
		return err
	}
	for _, h := range hosts {
		fmt.Fprintf(std.err, "%s gets %s for the first time\n", h, load(h))
		for i, t := range suite.Spec.Targets {
			if cost := costText(prices, t.URL, requests(i)); hostOf(asked(access, t)) == h && requests(i) > 0 && cost != "" {
				fmt.Fprintf(std.err, "  %s is billed %s\n", t.Name, cost)
			}
		}
	}
	if !yes {
		f, ok := std.in.(*os.File)
		if !ok || !term.IsTerminal(int(f.Fd())) {
			return fmt.Errorf("expected a confirmation before load goes to %s: add --yes if you may test it", strings.Join(hosts, ", "))
		}
		if err := askFor(std.in, std.err, "May you test "+strings.Join(hosts, ", ")+"?"); err != nil {
			return err
		}
	}
	return known.add(hosts)
}

// projected says what a host will get.
func projected(in bench.Input, host string) string {
	if !in.Suite.Spec.Load.HasLoad() {
		return "requests of cold starts and of the search for keep-alive windows"
	}
	if in.Workload == nil {
		return fmt.Sprintf("requests of %d callers for %s", in.Suite.Spec.Load.Closed.Callers, in.Projection.Span)
	}
	var n int64
	for i, t := range in.Suite.Spec.Targets {
		if hostOf(asked(in.Access, t)) == host {
			n += in.Projection.ByTarget[i]
		}
	}
	return fmt.Sprintf("%d requests in %s", n, in.Projection.Span)
}

// askFor wants the word typed, because a key is pressed too easily.
func askFor(in io.Reader, out io.Writer, question string) error {
	fmt.Fprint(out, question+" Type yes: ")
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && err != io.EOF {
		return err
	}
	if strings.TrimSpace(line) != "yes" {
		return errors.New("not confirmed: nothing was sent")
	}
	return nil
}

// knownHosts is a file with a host:port a line that load was sent to before.
type knownHosts struct {
	path  string
	hosts []string
}

func openKnownHosts() (*knownHosts, error) {
	dir, err := os.UserConfigDir()
	if err != nil { // without a home nothing is remembered
		return &knownHosts{}, nil
	}
	k := &knownHosts{path: filepath.Join(dir, "fulcrum", "bench-hosts")}
	data, err := os.ReadFile(k.path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	k.hosts = strings.Fields(string(data))
	return k, nil
}

// unknown returns the hosts of a suite that are neither this machine nor known.
func (k *knownHosts) unknown(suite *v1alpha1.Suite, access map[string]target.Access) []string {
	var hosts []string
	for _, t := range suite.Spec.Targets {
		url := asked(access, t)
		host := hostOf(url)
		if !isLoopback(url) && !slices.Contains(k.hosts, host) && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

func (k *knownHosts) add(hosts []string) error {
	if k.path == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(k.path), 0o755); err != nil {
		return err
	}
	k.hosts = append(k.hosts, hosts...)
	return replaceFile(k.path, func(w io.Writer) error {
		_, err := io.WriteString(w, strings.Join(k.hosts, "\n")+"\n")
		return err
	})
}

// asked is the URL of the host that a target's requests go to: of a function, the endpoint that invokes it.
func asked(access map[string]target.Access, t v1alpha1.Target) string {
	if endpoint := access[t.Name].Endpoint; endpoint != "" {
		return endpoint
	}
	return t.URL
}

func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	return u.Host
}

// isLoopback reports whether a URL is of this machine by its very text: a name that resolves to it today may not tomorrow.
func isLoopback(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
