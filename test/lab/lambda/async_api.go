package lambda

import (
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func (h *Host) putEventConfig(a asked[sdk.PutFunctionEventInvokeConfigInput]) (int, any, error) {
	config := defaultAsync()
	if n := a.in.MaximumRetryAttempts; n != nil {
		config.retries = int(*n)
	}
	if n := a.in.MaximumEventAgeInSeconds; n != nil {
		config.age = time.Duration(*n) * time.Second
	}
	if config.retries < 0 || config.retries > 2 || config.age < time.Minute || config.age > 6*time.Hour {
		return 0, nil, invalid("expected MaximumRetryAttempts from 0 to 2 and MaximumEventAgeInSeconds from 60 to 21600")
	}
	var err error
	if config.onSuccess, config.onFailure, err = h.destinations(a.in.DestinationConfig); err != nil {
		return 0, nil, err
	}
	a.function.async[a.qualifier] = config
	return http.StatusOK, h.describeAsync(a.function, a.qualifier, config), nil
}

func (h *Host) getEventConfig(a asked[nothing]) (int, any, error) {
	config, ok := a.function.async[a.qualifier]
	if !ok {
		return 0, nil, notFound("The function %s doesn't have an EventInvokeConfig", h.arn(a.function.name, a.qualifier))
	}
	return http.StatusOK, h.describeAsync(a.function, a.qualifier, config), nil
}

func (h *Host) describeAsync(f *function, qualifier string, c asyncConfig) map[string]any {
	return map[string]any{
		"FunctionArn": h.arn(f.name, qualifier), "MaximumRetryAttempts": c.retries, "MaximumEventAgeInSeconds": int(c.age / time.Second),
		"DestinationConfig": map[string]map[string]string{"OnSuccess": destinationOf(c.onSuccess), "OnFailure": destinationOf(c.onFailure)},
	}
}

func destinationOf(arn string) map[string]string {
	if arn == "" {
		return map[string]string{}
	}
	return map[string]string{"Destination": arn}
}

// destinations checks that both are functions of this host. The caller holds h.mu.
func (h *Host) destinations(in *types.DestinationConfig) (success, failure string, err error) {
	if in == nil {
		return "", "", nil
	}
	if in.OnSuccess != nil {
		success = aws.ToString(in.OnSuccess.Destination)
	}
	if in.OnFailure != nil {
		failure = aws.ToString(in.OnFailure.Destination)
	}
	for _, arn := range []string{success, failure} {
		if arn == "" {
			continue
		}
		name, _, err := parseName(arn, "")
		if err == nil {
			_, err = h.lookup(name, time.Now())
		}
		if err != nil {
			return "", "", invalid("The provided destination config DestinationConfig is invalid: %s is no function of this host, which has no other destinations", arn)
		}
	}
	return success, failure, nil
}
