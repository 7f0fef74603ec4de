package lambda

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// created are the settings of a new function, with the defaults of Lambda.
func created(in *sdk.CreateFunctionInput) (settings, error) {
	if in.PackageType != types.PackageTypeImage || in.Code == nil || aws.ToString(in.Code.ImageUri) == "" {
		return settings{}, invalid("This host runs PackageType Image only, with any Code.ImageUri; " +
			"the image is this machine, and ImageConfig.EntryPoint and Command are the program to run.")
	}
	if aws.ToString(in.Role) == "" {
		return settings{}, invalid("1 validation error detected: Value null at 'role' failed to satisfy constraint: Member must not be null")
	}
	s := settings{
		description: aws.ToString(in.Description), role: aws.ToString(in.Role), image: aws.ToString(in.Code.ImageUri),
		memory: 128, timeout: 3 * time.Second,
	}
	return s.with(in.ImageConfig, in.Environment, in.MemorySize, in.Timeout)
}

// updated are the settings after a change; what it does not mention stays.
func (s settings) updated(in *sdk.UpdateFunctionConfigurationInput) (settings, error) {
	if in.Description != nil {
		s.description = *in.Description
	}
	if in.Role != nil {
		s.role = *in.Role
	}
	return s.with(in.ImageConfig, in.Environment, in.MemorySize, in.Timeout)
}

func (s settings) with(image *types.ImageConfig, variables *types.Environment, memory, timeout *int32) (settings, error) {
	if image != nil {
		s.entryPoint, s.command, s.directory = image.EntryPoint, image.Command, aws.ToString(image.WorkingDirectory)
	}
	if variables != nil {
		s.variables = maps.Clone(variables.Variables)
	}
	if memory != nil {
		s.memory = int(*memory)
	}
	if timeout != nil {
		s.timeout = time.Duration(*timeout) * time.Second
	}
	return s, s.check()
}

func (s settings) check() error {
	if len(s.argv()) == 0 {
		return invalid("ImageConfig has neither EntryPoint nor Command; expected the program to run.")
	}
	if s.memory < 128 || s.memory > 10240 {
		return invalid("'MemorySize' value failed to satisfy constraint: Member must be between 128 and 10240, not %d", s.memory)
	}
	if s.timeout < time.Second || s.timeout > 900*time.Second {
		return invalid("'Timeout' value failed to satisfy constraint: Member must be between 1 and 900, not %d", s.timeout/time.Second)
	}
	size := 0
	var taken []string
	for name, value := range s.variables {
		size += len(name) + len(value)
		if reserved(name) {
			taken = append(taken, name)
		}
	}
	if len(taken) > 0 {
		slices.Sort(taken)
		return invalid("Lambda was unable to configure your environment variables because the environment variables you have provided "+
			"contains reserved keys that are currently not supported for modification. Reserved keys used in this request: %s", strings.Join(taken, ", "))
	}
	if size > maxEnvironment {
		return invalid("Lambda was unable to configure your environment variables because the environment variables you have provided "+
			"exceeded the %d bytes limit: they have %d", maxEnvironment, size)
	}
	return nil
}

// reserved says whether only Lambda itself may set a variable.
func reserved(name string) bool {
	switch name {
	case "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID",
		"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR":
		return true
	}
	return strings.HasPrefix(name, "AWS_LAMBDA_")
}
