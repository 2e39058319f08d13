package main

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

func handle(ctx context.Context, event map[string]any) (map[string]any, error) {
	if event["fail"] != nil {
		return nil, errors.New("it failed")
	}
	if event["panic"] != nil {
		panic("at the disco")
	}
	found, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	return map[string]any{
		"event": event, "id": found.AwsRequestID, "arn": found.InvokedFunctionArn,
		"left": time.Until(deadline) > time.Second, "identity": found.Identity.CognitoIdentityID,
	}, nil
}

func main() { lambda.Start(handle) }
