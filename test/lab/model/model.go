// Package model has the laboratory's model servers: an encoder of text with real weights, and a language model by llama.cpp
// with random weights of two sizes. Both speak OpenAI's HTTP API.
//
// [Encoder] and [Llama] give a [Command]. That same command is a pod or a container function, listening on $PORT (of
// $POD_IP, $HOST or else 127.0.0.1), and a Lambda function, where AWS_LAMBDA_RUNTIME_API is set: then an event is an HTTP
// request in the format 2.0 of function URLs, which [Event] makes and [Response] reads. Beside the API there are /healthz
// and, in Prometheus' format, /metrics with model_requests_in_flight, model_queue_length and their sum
// http_requests_in_flight. The header X-Served-By names the pod, or else the process, that answered. [Command.Handler] is for
// those who call handlers in Node themselves, as package offline does.
//
// What the servers need is installed into the laboratory's cache at the first use, by npm from package-lock.json. The
// overrides in package.json stand for builds of llama.cpp for other systems than Linux on x86-64, which are not installed.
package model

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strconv"

	"fulcrum.dev/fulcrum/test/lab/lambda/noderuntime"
	"fulcrum.dev/fulcrum/test/lab/model/gguf"
	"fulcrum.dev/fulcrum/test/lab/npm"
)

//go:embed package.json package-lock.json
var manifests embed.FS

//go:embed server/*.mjs
var scripts embed.FS

// Command runs a model server: Args anywhere, with Variables beside the platform's own.
type Command struct {
	Args      []string
	Variables map[string]string
}

// Handler is the same as a module for Node that exports a handler of such events, and the variables that it needs, for those who
// call one in their own process.
func (c Command) Handler() (module string, variables map[string]string) {
	script := c.Args[len(c.Args)-1]
	variables = map[string]string{"SERVER": filepath.Base(script), "PORT": "0"}
	maps.Copy(variables, c.Variables)
	return filepath.Join(filepath.Dir(script), "handler.mjs"), variables
}

// Encoder is the Universal Sentence Encoder Lite behind /v1/embeddings: 7 million parameters, one text at a time.
func Encoder(ctx context.Context) (Command, error) {
	script, err := install(ctx, "encoder.mjs")
	return Command{Args: []string{"node", script}}, err
}

// Llama is llama.cpp behind /v1/completions and /v1/chat/completions, computing up to sequences requests in one batch.
func Llama(ctx context.Context, shape gguf.Shape, sequences int) (Command, error) {
	script, err := install(ctx, "llama.mjs")
	if err != nil {
		return Command{}, err
	}
	file, err := gguf.File(shape)
	return Command{
		Args: []string{"node", script}, Variables: map[string]string{"MODEL_PATH": file, "SEQUENCES": strconv.Itoa(sequences)},
	}, err
}

// install gives the path of a script that finds the packages it imports. Scripts lie in a folder named by their hash
// inside that of the packages, so that a change of them needs no new packages.
func install(ctx context.Context, script string) (string, error) {
	packages, err := npm.Install(ctx, manifests)
	if err != nil {
		return "", fmt.Errorf("installing the model servers: %w", err)
	}
	work, err := os.MkdirTemp(packages, "writing-")
	if err != nil {
		return "", fmt.Errorf("installing the model servers: %w", err)
	}
	defer os.RemoveAll(work) // nothing is there any more after the rename
	if err := write(work); err != nil {
		return "", fmt.Errorf("installing the model servers: %w", err)
	}
	name, err := hashed(work)
	if err != nil {
		return "", fmt.Errorf("installing the model servers: %w", err)
	}
	dir := filepath.Join(packages, name)
	if err := os.Rename(work, dir); err != nil {
		if _, there := os.Stat(dir); there != nil { // else an earlier run has written the same
			return "", fmt.Errorf("installing the model servers: %w", err)
		}
	}
	return filepath.Join(dir, script), nil
}

func write(dir string) error {
	if _, err := noderuntime.Write(dir); err != nil {
		return err
	}
	files, err := fs.Glob(scripts, "server/*.mjs")
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := scripts.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// hashed is a name made of the contents of a folder.
func hashed(dir string) (string, error) {
	entries, err := os.ReadDir(dir) // sorted
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %d\n", entry.Name(), len(text))
		sum.Write(text)
	}
	return "server-" + hex.EncodeToString(sum.Sum(nil))[:16], nil
}
