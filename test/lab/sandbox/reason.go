package sandbox

import (
	"os"
	"strings"
	"syscall"
)

// describe names what was asked of the kernel.
func describe(flags uintptr) string {
	if flags&syscall.CLONE_NEWUSER != 0 {
		return "user, network, mount and process namespaces"
	}
	return "network, mount and process namespaces as root"
}

// switches are the kernel's settings that forbid user namespaces, with the value at which they do.
var switches = []struct{ file, forbids, remedy string }{
	{"/proc/sys/user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=10000"},
	{"/proc/sys/kernel/unprivileged_userns_clone", "0", "sysctl kernel.unprivileged_userns_clone=1"},
	{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "sysctl kernel.apparmor_restrict_unprivileged_userns=0"},
}

// hint says which setting of this machine is in the way, if one is, and what to do.
func hint() string {
	for _, s := range switches {
		value, err := os.ReadFile(s.file)
		if err == nil && strings.TrimSpace(string(value)) == s.forbids {
			return "; " + s.file + " is " + s.forbids + ": as root run " + s.remedy + ", or run this as root"
		}
	}
	return "; run this as root, or where user namespaces are allowed (a container needs --security-opt seccomp=unconfined or CAP_SYS_ADMIN)"
}
