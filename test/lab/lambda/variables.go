package lambda

import (
	"os"
	"slices"
	"strconv"
)

// variables is the whole environment of a function's process, but for the address of its Runtime API.
func (h *Host) variables(v *version, initialization string) []string {
	name := v.function.name
	all := []string{
		"PATH=" + os.Getenv("PATH"), // the image is this machine
		"HOME=/tmp",
		"LANG=en_US.UTF-8",
		"TZ=:UTC",
		"LAMBDA_TASK_ROOT=" + v.settings.directory,
		"AWS_REGION=" + h.config.Region,
		"AWS_DEFAULT_REGION=" + h.config.Region,
		"AWS_LAMBDA_FUNCTION_NAME=" + name,
		"AWS_LAMBDA_FUNCTION_VERSION=" + v.number,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=" + strconv.Itoa(v.settings.memory),
		"AWS_LAMBDA_INITIALIZATION_TYPE=" + initialization,
		"AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/" + name,
		"AWS_LAMBDA_LOG_STREAM_NAME=[" + v.number + "]" + newRequestID(),
	}
	for key, value := range v.settings.variables {
		// A function's own PATH or HOME replaces the default instead of standing beside it.
		all = slices.DeleteFunc(all, func(o string) bool { return len(o) > len(key) && o[:len(key)+1] == key+"=" })
		all = append(all, key+"="+value)
	}
	return all
}
