package coldstart

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/suitefile"
)

// function restarts the environments of a Lambda function: a changed configuration retires the existing ones.
type function struct {
	client                 *lambda.Client
	server, name, variable string
	// found is the variable before the first Force, nil for none; changed says that it may differ now.
	found   *string
	changed bool
}

// openLambda takes the function from the target's URL.
func openLambda(t v1alpha1.Target, env Environment) (*function, error) {
	u, err := suitefile.ParseLambdaURL(t.URL)
	switch {
	case err != nil:
		return nil, fmt.Errorf("lambda: %w", err)
	case u.Qualifier != "" && u.Qualifier != "$LATEST":
		return nil, fmt.Errorf("lambda: the URL names %s of the function, and a version cannot be changed: leave the qualifier out", u.Qualifier)
	case env.AWS == nil:
		return nil, errors.New("lambda: there are no AWS credentials")
	}
	server := u.Base()
	if env.Endpoint != "" {
		server = env.Endpoint
	}
	return &function{
		client: lambda.New(lambda.Options{Region: u.Region, BaseEndpoint: &server, Credentials: env.AWS}),
		server: server, name: u.Function, variable: t.ColdStart.Lambda.Variable,
	}, nil
}

func (f *function) Server() string { return f.server }

func (f *function) Change() string {
	return fmt.Sprintf("changes the environment variable %s of function %s, and takes it away at the end", f.variable, f.name)
}

// Force changes the variable, waits until that has settled, and sends the request that starts an environment.
func (f *function) Force(ctx context.Context, now func() time.Duration, ask func(context.Context) record.Record) (record.ColdStart, error) {
	c := record.ColdStart{Method: "lambda-update"}
	variables, err := f.settled(ctx)
	if err != nil {
		return c, err
	}
	if !f.changed {
		if value, ok := variables[f.variable]; ok {
			f.found = &value
		}
	}
	value := strconv.FormatInt(time.Now().UnixNano(), 36) // another one than ever before
	if err := f.update(ctx, variables, &value); err != nil {
		return c, err
	}
	if _, err := f.settled(ctx); err != nil {
		return c, err
	}
	c.Request = ask(ctx)
	r := &c.Request
	c.Phases = []record.Phase{{Name: record.Trigger, At: r.Sent, By: record.ByClient}}
	if r.Kind != record.OK {
		return c, nil
	}
	if !r.Cold {
		return c, fmt.Errorf("the answer is of an environment that was there: the configuration of function %s was changed, and its log shows no initialisation", f.name)
	}
	c.Confirmed, c.Evidence = true, "the log has an INIT_REPORT line"
	if r.Started > 0 {
		c.Evidence = fmt.Sprintf("the REPORT line has an Init Duration of %s", unit.Duration(r.Started))
		c.Phases = append(c.Phases, f.phases(r)...)
	}
	return c, nil
}

// phases are counted back from the end of the answer by the durations of the REPORT line, so each is late by the travel time of the
// answer and no more. The initialisation covers the start of the process and all that the code does before its first call.
func (f *function) phases(r *record.Record) []record.Phase {
	ready := max(r.LastByte-r.Ran, r.Sent)
	return []record.Phase{
		{Name: record.Process, At: max(ready-r.Started, r.Sent), By: record.ByPlatform},
		{Name: record.Ready, At: min(ready, r.FirstByte), By: record.ByPlatform},
	}
}

// poll is the pause between two looks at a change of a function.
const poll = 200 * time.Millisecond

// settled waits until no change is in progress, and returns the function's variables. They may be secrets: they are only
// ever written back.
func (f *function) settled(ctx context.Context) (map[string]string, error) {
	for {
		c, err := f.client.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &f.name})
		switch {
		case ctx.Err() != nil:
			return nil, fmt.Errorf("waiting for the configuration of function %s: %w", f.name, context.Cause(ctx))
		case err != nil:
			return nil, fmt.Errorf("reading the configuration of function %s: %w", f.name, err)
		case c.LastUpdateStatus == types.LastUpdateStatusFailed:
			return nil, fmt.Errorf("the last change of function %s failed: %s", f.name, aws.ToString(c.LastUpdateStatusReason))
		case c.Environment != nil && c.Environment.Error != nil:
			return nil, fmt.Errorf("the variables of function %s may not be read, and could not be put back: %s", f.name, aws.ToString(c.Environment.Error.Message))
		case c.LastUpdateStatus != types.LastUpdateStatusInProgress && c.State != types.StatePending:
			if c.Environment == nil {
				return map[string]string{}, nil
			}
			return c.Environment.Variables, nil
		}
		if err := pause(ctx, poll); err != nil {
			return nil, fmt.Errorf("waiting for the configuration of function %s: %w", f.name, err)
		}
	}
}

// update writes all variables, with one of them changed, or removed with nil.
func (f *function) update(ctx context.Context, variables map[string]string, value *string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	variables = maps.Clone(variables)
	if value == nil {
		delete(variables, f.variable)
	} else {
		if variables == nil {
			variables = map[string]string{}
		}
		variables[f.variable] = *value
	}
	f.changed = true
	changing, cancel := committed(ctx)
	defer cancel()
	_, err := f.client.UpdateFunctionConfiguration(changing, &lambda.UpdateFunctionConfigurationInput{
		FunctionName: &f.name, Environment: &types.Environment{Variables: variables},
	})
	if err != nil {
		return fmt.Errorf("changing the configuration of function %s: %w", f.name, err)
	}
	return nil
}

// Restore restores the one variable. Changes that somebody else made meanwhile stay.
func (f *function) Restore(ctx context.Context) error {
	if !f.changed {
		return nil
	}
	variables, err := f.settled(ctx)
	if err == nil {
		err = f.update(ctx, variables, f.found)
	}
	if err == nil {
		_, err = f.settled(ctx)
	}
	if err != nil {
		return fmt.Errorf("%w; the environment variable %s is left, which has no meaning to anybody else: take it away in the function's configuration", err, f.variable)
	}
	return nil
}
