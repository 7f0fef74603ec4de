// Package lambda is a Lambda host on one machine: functions are real processes that speak the Runtime API, and callers
// use the real AWS SDK.
//
// In goes a [Config], out comes a [Host] that answers the Invoke API and the part of the control API that decides how a
// function behaves: configuration, versions, aliases, reserved and provisioned concurrency, asynchronous invocation. Its
// code is a container image in Lambda's sense, except that the image is this machine: ImageConfig's EntryPoint and Command
// are the program, WorkingDirectory is where it runs.
//
//	host := lambda.New(lambda.Config{})
//	if err := host.Start(ctx); err != nil { … }
//	defer host.Close()
//	client := host.Client() // the AWS SDK's, or any other with host.URL() as endpoint and host.Credentials()
//	client.CreateFunction(ctx, lambda.Function("infer", "/path/to/bootstrap"))
//	client.Invoke(ctx, &sdk.InvokeInput{FunctionName: aws.String("infer"), Payload: []byte(`{"a":1}`)})
//
// A function has one environment for each concurrent call: a process with a Runtime API of its own, stopped (SIGSTOP)
// between calls as Lambda freezes it, killed at its time-out and after [Config.IdleTimeout] without a call. An invocation
// passes, in reading order: routes.go, signature.go, invoke_api.go or stream_api.go, admission.go (which
// environment, or why none), environment.go (initialisation, call, report), sandbox.go (the process), runtime_api.go.
// Asynchronous ones wait in async.go.
//
// Not modelled: CPU share by memory size, the memory limit itself, layers, managed runtimes, triggers, function URLs,
// and the limit of ten requests per second for each unit of concurrency.
package lambda
