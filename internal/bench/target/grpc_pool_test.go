package target

import (
	"context"
	"crypto/x509"
	"math"
	"net"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/bench/wire"
	"fulcrum.dev/fulcrum/internal/record"
)

// meeting lets calls go on once so many of them are inside at the same time.
func meeting(calls int64) grpc.ServerOption {
	var inside atomic.Int64
	all := make(chan struct{})
	return grpc.UnaryInterceptor(func(ctx context.Context, q any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		if inside.Add(1) == calls {
			close(all)
		}
		select {
		case <-all:
			return next(ctx, q)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	})
}

// TestGRPCBeyondTheStreamsOfAConnection: requests beyond what a server allows on a connection go over others, and none waits for another.
func TestGRPCBeyondTheStreamsOfAConnection(t *testing.T) {
	pair := httptest.NewTLSServer(nil)
	defer pair.Close()
	roots := x509.NewCertPool()
	roots.AddCert(pair.Certificate())
	for name, test := range map[string]struct {
		options []grpc.ServerOption
		scheme  string
		fresh   bool
		made    int
	}{
		"four a connection":      {[]grpc.ServerOption{grpc.MaxConcurrentStreams(4)}, "grpc", false, 3},
		"four a connection, TLS": {[]grpc.ServerOption{grpc.MaxConcurrentStreams(4), grpc.Creds(credentials.NewServerTLSFromCert(&pair.TLS.Certificates[0]))}, "grpcs", false, 3},
		"one a connection":       {[]grpc.ServerOption{grpc.MaxConcurrentStreams(1)}, "grpc", false, 10},
		"any number":             {nil, "grpc", false, 1},
		"fresh":                  {[]grpc.ServerOption{grpc.MaxConcurrentStreams(4)}, "grpc", true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := benchtest.InferenceServer(t, append(test.options, meeting(10))...)
			target := benchtest.Linear("a", test.scheme+"://"+s.GRPC())
			target.Connection.Fresh = test.fresh
			client, err := newGRPCTarget(target, Access{Roots: roots})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			for range 2 { // the second time there is room on all that were made the first time
				var asking sync.WaitGroup
				for range 10 {
					asking.Go(func() {
						if r, err := ask(t, client); r.Kind != record.OK {
							t.Errorf("%+v, %v", r, err)
						}
					})
				}
				asking.Wait()
				if n := len(client.(*grpcTarget).shared.conns); n != test.made {
					t.Errorf("%d connections are shared, want %d", n, test.made)
				}
			}
		})
	}
}

// TestGRPCThatTellsNothing: who waits to hear how many streams a server allows has its time, and ends with the run.
func TestGRPCThatTellsNothing(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepted by the kernel, and never answered
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	client, err := newGRPCTarget(benchtest.Linear("a", "grpc://"+silent.Addr().String()), Access{})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	r := newRecord()
	start := time.Now()
	if err := client.Exchange(t.Context(), Request{}, start, 50*time.Millisecond, &r); r.Kind != record.Timeout {
		t.Errorf("%+v, %v", r, err)
	}
	exchanges, cancel := context.WithCancelCause(t.Context())
	cancel(wire.ErrInterrupted)
	if err := client.Exchange(exchanges, Request{}, start, time.Minute, &r); r.Kind != record.Interrupted {
		t.Errorf("%+v, %v", r, err)
	}
}

// frame is one of HTTP/2.
func frame(typ, flags byte, payload []byte) []byte {
	n := len(payload)
	return append([]byte{byte(n >> 16), byte(n >> 8), byte(n), typ, flags, 0, 0, 0, 0}, payload...)
}

// told is what a scanner tells of what a server sends, in pieces of that size.
func told(sent []byte, size int) (limits []uint32) {
	s := settingsScanner{tell: func(n uint32) { limits = append(limits, n) }}
	for piece := range slices.Chunk(sent, size) {
		s.see(piece)
	}
	return limits
}

// TestSettings are found however they are cut, among frames that look like them.
func TestSettings(t *testing.T) {
	seven := []byte{0, settingMaxStreams, 0, 0, 0, 7}
	window := []byte{0, 4, 0, 0, 0, 9}
	for name, test := range map[string]struct {
		frames [][]byte
		want   []uint32
	}{
		"a limit":       {[][]byte{frame(frameSettings, 0, slices.Concat(window, seven, window))}, []uint32{7}},
		"none named":    {[][]byte{frame(frameSettings, 0, window)}, []uint32{math.MaxUint32}},
		"none at all":   {[][]byte{frame(frameSettings, 0, nil)}, []uint32{math.MaxUint32}},
		"an ack":        {[][]byte{frame(frameSettings, flagAck, nil)}, nil},
		"data":          {[][]byte{frame(0, 0, frame(frameSettings, 0, seven))}, nil},
		"changed later": {[][]byte{frame(frameSettings, 0, nil), frame(0, 0, make([]byte, 70000)), frame(frameSettings, 0, window), frame(frameSettings, 0, seven)}, []uint32{math.MaxUint32, 7}},
		"cut short":     {[][]byte{frame(frameSettings, 0, seven[:4]), frame(frameSettings, 0, seven)}, []uint32{math.MaxUint32, 7}},
	} {
		for _, size := range []int{1, 2, 5, 9, 10, 1 << 20} {
			if got := told(slices.Concat(test.frames...), size); !slices.Equal(got, test.want) {
				t.Errorf("%s, in pieces of %d: %v, want %v", name, size, got, test.want)
			}
		}
	}
}

// FuzzSettings: how it is cut changes nothing of what is seen.
func FuzzSettings(f *testing.F) {
	f.Add(frame(frameSettings, 0, []byte{0, settingMaxStreams, 0, 0, 0, 7}), 3)
	f.Add(frame(frameSettings, 0, []byte{0, 3, 1}), 1)
	f.Fuzz(func(t *testing.T, sent []byte, size int) {
		if size < 1 {
			t.Skip("is no size of a piece")
		}
		if whole, cut := told(sent, len(sent)+1), told(sent, size); !slices.Equal(whole, cut) {
			t.Errorf("%v at once, %v in pieces of %d", whole, cut, size)
		}
	})
}
