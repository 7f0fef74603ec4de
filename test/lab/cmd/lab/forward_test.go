package main

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func connect(t *testing.T, to net.Listener) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", to.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c.(*net.TCPConn)
}

func TestForward(t *testing.T) {
	target, outside := listen(t), listen(t)
	stop := forward(outside, target.Addr().String())
	served := make(chan error, 1)
	go func() {
		c, err := target.Accept()
		if err != nil {
			served <- err
			return
		}
		// The end of what is sent is passed on, and the answer still comes back.
		request, err := io.ReadAll(c)
		_, werr := c.Write(append([]byte("got "), request...))
		served <- errors.Join(err, werr, c.Close())
	}()
	c := connect(t, outside)
	_, err := c.Write([]byte("hello"))
	if err := errors.Join(err, c.CloseWrite()); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil || string(answer) != "got hello" {
		t.Errorf("answer %q, %v", answer, err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestForwardToNobody(t *testing.T) {
	target, outside := listen(t), listen(t)
	target.Close()
	stop := forward(outside, target.Addr().String())
	if answer, err := io.ReadAll(connect(t, outside)); len(answer) != 0 || isTimeout(err) {
		t.Errorf("answer %q, %v; want the connection to be closed", answer, err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestForwardStopsWithOpenConnections(t *testing.T) {
	target, outside := listen(t), listen(t)
	stop := forward(outside, target.Addr().String())
	c := connect(t, outside)
	accepted, err := target.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer accepted.Close()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadAll(c); isTimeout(err) {
		t.Errorf("the connection is still open: %v", err)
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
