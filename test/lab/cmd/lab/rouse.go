package main

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"

	"fulcrum.dev/fulcrum/test/lab/model"
)

// rouse registers a GET that makes an instance of a model server start.
func (l *laboratory) rouse(url string, header http.Header) {
	l.rousing = append(l.rousing, func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		request.Header = header
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		text, err := io.ReadAll(io.LimitReader(response.Body, 1<<10))
		if err == nil && response.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s: %s: %s", url, response.Status, text)
		}
		return err
	})
}

// rouseFunction registers a call of a model server that is a function.
func (l *laboratory) rouseFunction(client *sdk.Client, name string) {
	l.rousing = append(l.rousing, func(ctx context.Context) error {
		event, err := model.Event(http.MethodGet, "/healthz", nil)
		if err != nil {
			return err
		}
		out, err := client.Invoke(ctx, &sdk.InvokeInput{FunctionName: &name, Payload: event})
		if err == nil && out.FunctionError != nil {
			err = fmt.Errorf("function %s: %s: %s", name, aws.ToString(out.FunctionError), out.Payload)
		}
		return err
	})
}

// rouseAll has an instance of everything start, one after the other: all at once, on two cores, they would be so slow that each
// further request made one more start.
func (l *laboratory) rouseAll(ctx context.Context) error {
	for _, rouse := range l.rousing {
		if err := rouse(ctx); err != nil {
			return fmt.Errorf("starting a first instance: %w", err)
		}
	}
	return nil
}
