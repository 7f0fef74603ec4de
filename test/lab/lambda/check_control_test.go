package lambda_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"fulcrum.dev/fulcrum/test/lab/await"
)

func checkUpdate(t *testing.T, x target) {
	const name = "update"
	create(t, x.client, name, x.program, variables(map[string]string{"COLOUR": "green"}))
	before := mustCall(t, x.client, name, object{"variable": "COLOUR"})
	setVariable(t, x, name, "blue")
	after := mustCall(t, x.client, name, object{"variable": "COLOUR"}, tail)
	if before.Variable != "green" || after.Variable != "blue" || after.Instance == before.Instance || !strings.Contains(after.log, "Init Duration") {
		t.Errorf("got %+v, then %+v", before.said, after.said)
	}
	await.Condition(t, "the old environment is gone", func() bool { return x.host.Environments(name) == 1 })
}

func setVariable(t *testing.T, x target, name, colour string) {
	t.Helper()
	out, err := x.client.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{
		FunctionName: &name, Environment: &types.Environment{Variables: map[string]string{"COLOUR": colour}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.LastUpdateStatus != types.LastUpdateStatusInProgress {
		t.Errorf("got %s, want InProgress", out.LastUpdateStatus)
	}
	waiter := sdk.NewFunctionUpdatedV2Waiter(x.client, func(o *sdk.FunctionUpdatedV2WaiterOptions) { o.MinDelay = time.Millisecond })
	if err := waiter.Wait(t.Context(), &sdk.GetFunctionInput{FunctionName: &name}, time.Minute); err != nil {
		t.Fatal(err)
	}
}

func publish(t *testing.T, x target, name string) string {
	t.Helper()
	out, err := x.client.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return *out.Version
}

func checkVersions(t *testing.T, x target) {
	const name = "versions"
	create(t, x.client, name, x.program, variables(map[string]string{"COLOUR": "green"}))
	one := publish(t, x, name)
	if again := publish(t, x, name); one != "1" || again != "1" {
		t.Errorf("got versions %s and %s of the same configuration, want 1 and 1", one, again)
	}
	live := aws.String("live")
	if _, err := x.client.CreateAlias(t.Context(), &sdk.CreateAliasInput{FunctionName: aws.String(name), Name: live, FunctionVersion: &one}); err != nil {
		t.Fatal(err)
	}
	setVariable(t, x, name, "blue")
	two := publish(t, x, name)
	wantColour := func(qualifier, version, colour string) {
		t.Helper()
		r := mustCall(t, x.client, name, object{"variable": "COLOUR"}, at(qualifier))
		if *r.raw.ExecutedVersion != version || r.Variable != colour || !strings.HasSuffix(r.Arn, ":"+qualifier) {
			t.Errorf("%s: got version %s, %+v", qualifier, *r.raw.ExecutedVersion, r.said)
		}
	}
	wantColour("live", "1", "green")
	if _, err := x.client.UpdateAlias(t.Context(), &sdk.UpdateAliasInput{FunctionName: aws.String(name), Name: live, FunctionVersion: &two}); err != nil {
		t.Fatal(err)
	}
	wantColour("live", "2", "blue")
	wantColour("1", "1", "green")
	_, err := call(t.Context(), x.client, name, object{}, at("3"))
	wantCode(t, err, "ResourceNotFoundException")
}

func checkProvisioned(t *testing.T, x target) {
	const name = "provisioned"
	create(t, x.client, name, x.program)
	version := publish(t, x, name)
	in := &sdk.PutProvisionedConcurrencyConfigInput{FunctionName: aws.String(name), Qualifier: aws.String("$LATEST"), ProvisionedConcurrentExecutions: aws.Int32(2)}
	_, err := x.client.PutProvisionedConcurrencyConfig(t.Context(), in)
	wantCode(t, err, "InvalidParameterValueException")
	in.Qualifier = &version
	if _, err := x.client.PutProvisionedConcurrencyConfig(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	get := &sdk.GetProvisionedConcurrencyConfigInput{FunctionName: aws.String(name), Qualifier: &version}
	await.Condition(t, "both environments are ready", func() bool {
		out, err := x.client.GetProvisionedConcurrencyConfig(t.Context(), get)
		return err == nil && out.Status == types.ProvisionedConcurrencyStatusEnumReady && *out.AvailableProvisionedConcurrentExecutions == 2
	})
	r := mustCall(t, x.client, name, object{"variable": "AWS_LAMBDA_INITIALIZATION_TYPE"}, tail, at(version))
	if r.Variable != "provisioned-concurrency" || strings.Contains(r.log, "Init Duration") {
		t.Errorf("got %+v, %q", r.said, r.log)
	}
	// A spent environment is replaced, and an idle one does not expire.
	if _, err := call(t.Context(), x.client, name, object{"exit": 1}, at(version)); err != nil {
		t.Fatal(err)
	}
	<-time.After(idle + idle/4)
	await.Condition(t, "both environments are ready again", func() bool {
		out, err := x.client.GetProvisionedConcurrencyConfig(t.Context(), get)
		return err == nil && *out.AvailableProvisionedConcurrentExecutions == 2 && x.host.Environments(name) == 2
	})
	if _, err := x.client.DeleteProvisionedConcurrencyConfig(t.Context(), &sdk.DeleteProvisionedConcurrencyConfigInput{FunctionName: aws.String(name), Qualifier: &version}); err != nil {
		t.Fatal(err)
	}
	_, err = x.client.GetProvisionedConcurrencyConfig(t.Context(), get)
	wantCode(t, err, "ProvisionedConcurrencyConfigNotFoundException")
	await.Condition(t, "no environment is left", func() bool { return x.host.Environments(name) == 0 })
}
