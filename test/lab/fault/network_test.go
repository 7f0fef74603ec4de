package fault

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

func TestMain(m *testing.M) { sandbox.Main(m) }

// node is a range of addresses as a node has it; outside of it is the control plane.
var node = netip.MustParsePrefix("10.244.3.0/24")

// echoServer answers each line with the same, at an address of its own.
func echoServer(t *testing.T, ip string) string {
	t.Helper()
	l, err := net.Listen("tcp", ip+":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
			}()
		}
	}()
	return l.Addr().String()
}

// dial connects from an address, or from none in particular.
func dial(t *testing.T, from, to string) net.Conn {
	t.Helper()
	d := net.Dialer{Timeout: 10 * time.Second}
	if from != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
	}
	c, err := d.Dial("tcp", to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// roundTrip sends a line and waits for the answer, for a limited time.
func roundTrip(c net.Conn, limit time.Duration) (time.Duration, error) {
	began := time.Now()
	if err := c.SetDeadline(began.Add(limit)); err != nil {
		return 0, err
	}
	if _, err := fmt.Fprintln(c, "hello"); err != nil {
		return 0, err
	}
	_, err := bufio.NewReader(c).ReadString('\n')
	return time.Since(began), err
}

// required skips where the machine has no TUN, and otherwise wants no error.
func required(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestDelay(t *testing.T) {
	sandbox.Require(t)
	slow := dial(t, "", echoServer(t, "10.244.3.7"))
	other := dial(t, "", echoServer(t, "10.244.4.7"))
	before, err := roundTrip(slow, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	const delay = 150 * time.Millisecond
	mend, err := Impair(node, Condition{Delay: delay})
	required(t, err)
	// Both ways, also of a connection that was open.
	if took, err := roundTrip(slow, 10*time.Second); err != nil || took < 2*delay {
		t.Errorf("a round trip took %s, %v; want at least %s", took, err, 2*delay)
	}
	if took, err := roundTrip(dial(t, "", slow.RemoteAddr().String()), 10*time.Second); err != nil || took < 2*delay {
		t.Errorf("a round trip of a new connection took %s, %v; want at least %s", took, err, 2*delay)
	}
	if took, err := roundTrip(other, time.Second); err != nil || took >= delay {
		t.Errorf("a round trip elsewhere took %s, %v; want less than %s", took, err, delay)
	}
	if err := mend(); err != nil {
		t.Fatal(err)
	}
	if took, err := roundTrip(slow, 10*time.Second); err != nil || took >= 2*delay {
		t.Errorf("after it was mended a round trip took %s, %v; before it %s", took, err, before)
	}
}

func TestRate(t *testing.T) {
	sandbox.Require(t)
	mend, err := Impair(node, Condition{Rate: 1 << 20})
	required(t, err)
	defer func() {
		if err := mend(); err != nil {
			t.Error(err)
		}
	}()
	c := dial(t, "", echoServer(t, "10.244.3.8"))
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	const size = 256 << 10
	began := time.Now()
	sent := make(chan error, 1)
	go func() {
		_, err := c.Write(make([]byte, size))
		sent <- err
	}()
	if _, err := io.CopyN(io.Discard, c, size); err != nil {
		t.Fatal(err)
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	// Each byte takes the way twice, at 1 MiB/s.
	if took := time.Since(began); took < 450*time.Millisecond {
		t.Errorf("256 KiB there and back took %s, want at least about 0.5 s", took)
	}
}

func TestLoss(t *testing.T) {
	sandbox.Require(t)
	mend, err := Impair(node, Condition{Loss: 0.2, Seed: 3, Jitter: time.Millisecond})
	required(t, err)
	c := dial(t, "", echoServer(t, "10.244.3.9"))
	for range 10 {
		if _, err := roundTrip(c, 20*time.Second); err != nil {
			t.Errorf("TCP does not get through a loss of a fifth: %v", err)
		}
	}
	if err := mend(); err != nil {
		t.Error(err)
	}
}

func TestPartition(t *testing.T) {
	sandbox.Require(t)
	pod := echoServer(t, "10.244.3.10")
	server := echoServer(t, sandbox.ControlPlane.String())
	into := dial(t, "", pod)
	within := dial(t, "10.244.3.11", pod)
	outof := dial(t, "10.244.3.11", server)
	mend, err := Partition(node)
	required(t, err)
	if _, err := roundTrip(within, 5*time.Second); err != nil {
		t.Errorf("inside the partition: %v", err)
	}
	const patience = 300 * time.Millisecond
	for name, c := range map[string]net.Conn{"into": into, "out of": outof} {
		if _, err := roundTrip(c, patience); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s the partition: %v; want silence", name, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := new(net.Dialer).DialContext(ctx, "tcp", pod); !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("connecting into the partition: %v; want it to hang", err)
	}
	if err := mend(); err != nil {
		t.Fatal(err)
	}
	// What was sent meanwhile is sent again: nothing is lost for TCP.
	for name, c := range map[string]net.Conn{"into": into, "out of": outof} {
		if _, err := roundTrip(c, 20*time.Second); err != nil {
			t.Errorf("%s what was a partition: %v", name, err)
		}
	}
}

func TestConditionIsChecked(t *testing.T) {
	for want, c := range map[string]Condition{
		"want none below 0":      {Delay: -1},
		"want a share from 0 to": {Loss: 1.5},
	} {
		if _, err := Impair(node, c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want %q in it", c, err, want)
		}
	}
}
