package container_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestMain makes this test binary a container when the host runs it.
func TestMain(m *testing.M) {
	if os.Getenv("K_SERVICE") == "" {
		os.Exit(m.Run())
	}
	if status, err := strconv.Atoi(os.Getenv("EXIT")); err == nil {
		os.Exit(status)
	}
	if wait, err := strconv.Atoi(os.Getenv("SLOW")); err == nil {
		<-time.After(time.Duration(wait) * time.Millisecond)
	}
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	go func() {
		<-terminated
		if file := os.Getenv("TERMINATED"); file != "" {
			_ = os.WriteFile(file, []byte("gracefully"), 0o600)
		}
		os.Exit(0)
	}()
	server := &http.Server{Addr: "127.0.0.1:" + os.Getenv("PORT"), Handler: routes(), Protocols: new(http.Protocols)}
	server.Protocols.SetHTTP1(os.Getenv("HTTP2") == "")
	server.Protocols.SetUnencryptedHTTP2(os.Getenv("HTTP2") != "")
	fmt.Fprintln(os.Stderr, server.ListenAndServe())
}

var active atomic.Int32

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/sleep", func(w http.ResponseWriter, r *http.Request) {
		n := active.Add(1)
		defer active.Add(-1)
		milliseconds, _ := strconv.Atoi(r.FormValue("ms"))
		if file := r.FormValue("mark"); file != "" {
			f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err == nil {
				fmt.Fprintln(f, os.Getpid())
				f.Close()
			}
		}
		for file := r.FormValue("until"); file != ""; {
			if _, err := os.Stat(file); err == nil {
				break
			}
			<-time.After(5 * time.Millisecond)
		}
		select {
		case <-time.After(time.Duration(milliseconds) * time.Millisecond):
		case <-r.Context().Done():
		}
		fmt.Fprintf(w, "%d %d", os.Getpid(), n)
	})
	mux.HandleFunc("/variable", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, os.Getenv(r.FormValue("name"))) })
	mux.HandleFunc("/header", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Header.Get(r.FormValue("name"))) })
	mux.HandleFunc("/proto", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) })
	mux.HandleFunc("/size", func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, n, err)
	})
	mux.HandleFunc("/exit", func(http.ResponseWriter, *http.Request) { os.Exit(1) })
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) { // each part of the body comes back at once
		control := http.NewResponseController(w)
		_ = control.EnableFullDuplex()
		control.Flush() // the caller sends nothing before it has an answer
		buffer := make([]byte, 1024)
		for {
			n, err := r.Body.Read(buffer)
			w.Write(buffer[:n])
			control.Flush()
			if err != nil {
				return
			}
		}
	})
	return mux
}
