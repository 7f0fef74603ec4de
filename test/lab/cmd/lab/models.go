package main

import (
	"context"
	"os"

	"fulcrum.dev/fulcrum/test/lab/model"
	"fulcrum.dev/fulcrum/test/lab/model/gguf"
	"fulcrum.dev/fulcrum/test/lab/node"
)

// commands are those of the model servers, by the name of their part, image and workload.
var commands = map[string]func(context.Context) (model.Command, error){
	"encoder": model.Encoder,
	"llama":   func(ctx context.Context) (model.Command, error) { return model.Llama(ctx, gguf.Small, 4) },
}

func prepareEncoder(ctx context.Context) error {
	_, err := commands["encoder"](ctx)
	return err
}

func prepareLlama(ctx context.Context) error {
	_, err := commands["llama"](ctx)
	return err
}

// image is a model server as nodes pull it.
func image(c model.Command) node.Image {
	variables := []string{"PATH=" + os.Getenv("PATH")}
	for name, value := range c.Variables {
		variables = append(variables, name+"="+value)
	}
	return node.Image{Size: 200 << 20, Entrypoint: yielding(c.Args), Env: variables}
}

// yielding runs a program at low priority: elsewhere the control plane has a machine of its own.
func yielding(args []string) []string { return append([]string{"nice", "-n", "15"}, args...) }
