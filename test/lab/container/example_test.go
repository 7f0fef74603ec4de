package container_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"fulcrum.dev/fulcrum/test/lab/container"
)

// The command of a revision is any server that listens on $PORT; here it is this test binary.
func Example() {
	ctx := context.Background()
	service := container.New(container.Config{Name: "infer"})
	if err := service.Start(ctx); err != nil {
		fmt.Println(err)
		return
	}
	defer service.Close()
	revision, err := service.Deploy(ctx, container.Revision{Command: []string{os.Args[0]}, Concurrency: 8, MaxInstances: 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	response, err := http.Get(service.URL() + "/variable?name=K_SERVICE")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(body), revision, service.Instances(revision))
	// Output: infer infer-00001 1
}
