package lambda

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// timeLayout is how Lambda writes LastModified.
const timeLayout = "2006-01-02T15:04:05.000-0700"

// configuration is FunctionConfiguration as the API spells it.
type configuration struct {
	FunctionName        string
	FunctionArn         string
	Version             string
	RevisionId          string
	Description         string
	Role                string
	PackageType         types.PackageType
	ImageConfigResponse imageConfigResponse
	Environment         *environmentVariables `json:",omitempty"`
	MemorySize          int
	Timeout             int // seconds
	LastModified        string
	State               types.State
	StateReasonCode     string `json:",omitempty"`
	LastUpdateStatus    types.LastUpdateStatus
	Architectures       []types.Architecture
}

type imageConfigResponse struct{ ImageConfig imageConfig }

type imageConfig struct {
	EntryPoint       []string `json:",omitempty"`
	Command          []string `json:",omitempty"`
	WorkingDirectory string   `json:",omitempty"`
}

type environmentVariables struct{ Variables map[string]string }

// describe is v's configuration as seen now.
func (h *Host) describe(v *version, qualifier string, now time.Time) configuration {
	s, f := v.settings, v.function
	c := configuration{
		FunctionName: f.name, FunctionArn: h.arn(f.name, qualifier), Version: v.number, RevisionId: v.revision,
		Description: s.description, Role: s.role, PackageType: types.PackageTypeImage,
		ImageConfigResponse: imageConfigResponse{imageConfig{s.entryPoint, s.command, s.directory}},
		MemorySize:          s.memory, Timeout: int(s.timeout / time.Second), LastModified: v.modified.UTC().Format(timeLayout),
		State: types.StateActive, LastUpdateStatus: types.LastUpdateStatusSuccessful,
		Architectures: []types.Architecture{types.ArchitectureX8664},
	}
	if len(s.variables) > 0 {
		c.Environment = &environmentVariables{s.variables}
	}
	if now.Before(f.ready) {
		c.State, c.StateReasonCode = types.StatePending, "Creating"
	}
	if f.pending != nil && v == f.latest {
		c.LastUpdateStatus = types.LastUpdateStatusInProgress
	}
	return c
}

// pendingAs is the configuration that an accepted change leads to.
func (h *Host) pendingAs(f *function, now time.Time) configuration {
	next := &version{function: f, number: latest, settings: f.pending.settings, modified: now, revision: newRequestID()}
	c := h.describe(next, "", now)
	c.LastUpdateStatus = types.LastUpdateStatusInProgress
	return c
}
