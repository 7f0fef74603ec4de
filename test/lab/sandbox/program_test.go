package sandbox

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// programs are what this test binary does instead of testing when it is started with programVariable.
var programs = map[string]func() error{
	"echo":      echo,
	"family":    family,
	"forbidden": forbidden,
	"network":   network,
	"orphan":    orphan,
	"signal":    awaitSignal,
}

const programVariable = "FULCRUM_LAB_TEST_PROGRAM"

// enter is Enter for a program that has a name to be found by.
func enter() error { return Enter(Options{Name: os.Getenv(programVariable), ScratchBytes: 1 << 20}) }

// echo shows that arguments, environment, folder, streams and exit code pass through.
func echo() error {
	if err := enter(); err != nil {
		return err
	}
	in, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	folder, err := os.Getwd()
	if err != nil {
		return err
	}
	fmt.Printf("inside=%t args=%v in=%s variable=%s folder=%s tmp=%s uid=%d\n",
		Inside(), os.Args[1:], in, os.Getenv("VARIABLE"), folder, os.TempDir(), os.Getuid())
	fmt.Fprintln(os.Stderr, "to standard error")
	os.Exit(7)
	return nil
}

// family leaves files, a mount, a child in a session of its own and a grandchild without a parent, then stays.
func family() error {
	if err := enter(); err != nil {
		return err
	}
	f, err := os.CreateTemp("", "family")
	if err != nil {
		return err
	}
	defer f.Close()
	mountpoint, err := os.MkdirTemp("", "mount")
	if err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", mountpoint, "tmpfs", 0, ""); err != nil {
		return err
	}
	child := exec.Command("sleep", "1000")
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		return err
	}
	if err := exec.Command("sh", "-c", "trap '' TERM INT HUP; sleep 1000 & exit 0").Run(); err != nil {
		return err
	}
	path, err := OutsidePath(f.Name())
	if err != nil {
		return err
	}
	fmt.Println("ready", path)
	return child.Wait()
}

// forbidden takes away all that a sandbox could be made with, then says what Enter makes of it.
func forbidden() error {
	runtime.LockOSThread()
	// The setting is that of the user namespace which this program was started in, not of the machine.
	if err := os.WriteFile("/proc/sys/user/max_user_namespaces", []byte("0"), 0); err != nil {
		return err
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	none := [2]unix.CapUserData{} // version 3 has two
	if err := unix.Capset(&header, &none[0]); err != nil {
		return err
	}
	err := enter()
	fmt.Printf("unavailable=%t %v\n", errors.Is(err, ErrUnavailable), err)
	return nil
}

// network binds addresses of each network and connects to them.
func network() error {
	if err := enter(); err != nil {
		return err
	}
	for _, address := range []string{"127.0.0.1:0", "10.240.0.1:0", "10.244.3.77:8080", "10.96.0.1:443"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return err
		}
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			return err
		}
		fmt.Println(c.RemoteAddr())
		if err := errors.Join(c.Close(), l.Close()); err != nil {
			return err
		}
	}
	interfaces, err := net.Interfaces()
	if err != nil {
		return err
	}
	fmt.Println("interfaces:", len(interfaces))
	return nil
}

// orphan leaves a process to process 1 which then ends, and returns when it is gone altogether.
func orphan() error {
	if err := enter(); err != nil {
		return err
	}
	// The subshell is handed to process 1; the pipe says when it has ended.
	cmd := exec.Command("sh", "-c", `(read line) <&3 >/dev/null 2>&1 & echo $!`)
	in, out, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd.ExtraFiles = []*os.File{in}
	pid, err := cmd.Output()
	if err != nil {
		return err
	}
	if err := errors.Join(in.Close(), out.Close()); err != nil {
		return err
	}
	for {
		if _, err := os.Stat("/proc/" + strings.TrimSpace(string(pid))); errors.Is(err, os.ErrNotExist) {
			fmt.Println("collected")
			return nil
		}
		runtime.Gosched()
	}
}

// awaitSignal ends by itself on a signal.
func awaitSignal() error {
	if err := enter(); err != nil {
		return err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	fmt.Println("ready")
	fmt.Println("got", <-signals)
	os.Exit(3)
	return nil
}
