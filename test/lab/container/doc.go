// Package container runs a container function in the manner of Cloud Run, on one machine: a proxy in front of processes
// that listen on $PORT.
//
// In goes a [Config] and, by [Service.Deploy], a [Revision]: the command that stands for the container image, and how it
// scales. Out comes a URL that any HTTP client may call, over HTTP/1.1 or HTTP/2 without TLS.
//
//	service := container.New(container.Config{Name: "infer"})
//	if err := service.Start(ctx); err != nil { … }
//	defer service.Close()
//	name, err := service.Deploy(ctx, container.Revision{Command: []string{"node", "server.js"}, Concurrency: 8, MaxInstances: 3})
//	response, err := http.Get(service.URL())
//
// A request passes, in reading order: service.go (routes), token.go (who may call), traffic.go (which revision), admission.go
// (which instance, or how long to wait for one), instance.go (the process), and is answered by that. Instances start when
// requests wait, up to the maximum; one without a request ends after Revision.IdleHold unless the minimum needs it. Callers
// get their tokens from metadata.go.
//
// Not modelled: CPU throttling between requests, start-up CPU boost, the autoscaler's target of 60 % of concurrency and CPU
// (an instance fills up before another starts), session affinity, tags, and the routing among several services by host name.
package container
