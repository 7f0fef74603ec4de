// Command controlplane is etcd, kube-apiserver, kube-scheduler and kube-controller-manager in one binary, so that the
// shared two thirds of their code are compiled, linked, stored and mapped into memory once.
//
// The first argument names the component and the rest are its own flags, unchanged:
//
//	controlplane kube-scheduler --kubeconfig=FILE
//
// It is a module of its own because its dependencies are those of Kubernetes. Package binary builds it.
package main

import (
	"fmt"
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // client-go's request metrics
	_ "k8s.io/component-base/metrics/prometheus/version"  // kubernetes_build_info
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

func main() {
	if len(os.Args) < 2 {
		fail("no component named")
	}
	// The components read os.Args themselves, with their own name first.
	os.Args = os.Args[1:]
	switch os.Args[0] {
	case "etcd":
		etcdmain.Main(os.Args)
	case "kube-apiserver":
		os.Exit(cli.Run(apiserver.NewAPIServerCommand()))
	case "kube-scheduler":
		os.Exit(cli.Run(scheduler.NewSchedulerCommand()))
	case "kube-controller-manager":
		os.Exit(cli.Run(controllermanager.NewControllerManagerCommand()))
	default:
		fail(fmt.Sprintf("unknown component %q", os.Args[0]))
	}
}

func fail(problem string) {
	fmt.Fprintf(os.Stderr, "controlplane: %s; want etcd, kube-apiserver, kube-scheduler or kube-controller-manager, then its flags\n", problem)
	os.Exit(2)
}
