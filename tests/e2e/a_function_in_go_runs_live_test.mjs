// Built by `go build` and run by AWS's own client for Go, aws-lambda-go.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Compiled, goClient } from "../support/compiled.mjs";

const client = goClient();
const { skip } = client;
const lab = new Compiled("PROVIDED_AL2023", "bootstrap", {
  "fn/cmd/greet/main.go": `package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"example.com/fn/words"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type Event struct {
	Name string \`json:"name"\`
	Fail string \`json:"fail"\`
}

func handle(ctx context.Context, event Event) (map[string]any, error) {
	switch event.Fail {
	case "error":
		return nil, errors.New("as asked")
	case "panic":
		panic("as asked")
	case "exit":
		os.Exit(7)
	}
	fmt.Println("printed by Go")
	found, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	return map[string]any{
		"text":  words.Greeting() + " " + event.Name,
		"id":    found.AwsRequestID,
		"arn":   found.InvokedFunctionArn,
		"left":  time.Until(deadline).Seconds() > 30,
		"local": os.Getenv("IS_LOCAL"),
		"env":   os.Getenv("GREETING"),
	}, nil
}

func main() { lambda.Start(handle) }
`,
  "fn/words/words.go": `package words

func Greeting() string { return "hello" }
`,
});
after(() => lab.dispose());
let session;

test("its main package is found, built and called", { skip, timeout: 300_000 }, async () => {
  for (const [file, text] of Object.entries(client.files())) lab.write(`fn/${file}`, text);
  session = await lab.go();
  const { body, text } = await lab.invoke("Fn", { name: "you" });
  assert.equal(body?.text, "hello you", text);
  assert.match(body.id, /^[0-9a-f-]{36}$/);
  assert.match(body.arn, /:function:e2e-Fn$/);
  assert.deepEqual([body.left, body.local, body.env], [true, "true", "hello"]);
  await session.line(/printed by Go/, "the handler's line");
});

test("an error, a panic and an exit are told as when deployed", { skip, timeout: 120_000 }, async () => {
  assert.deepEqual(JSON.parse((await lab.invoke("Fn", { fail: "error" })).text), { errorMessage: "as asked", errorType: "errorString" });
  assert.match((await lab.invoke("Fn", { fail: "panic" })).text, /"errorMessage":"as asked".*"errorType":"string"/);
  assert.match((await lab.invoke("Fn", { fail: "exit" })).text, /Runtime\.ExitError.*exit status 7/s);
});

test("a save in a package that it imports is built, and the next call answers by it", { skip, timeout: 180_000 }, async () => {
  await lab.saved("fn/words/words.go", "hello", "good day");
});

test("what does not compile is told with its line, and mended by the next save", { skip, timeout: 180_000 }, async () => {
  lab.write("fn/words/words.go", "package words\n\nfunc Greeting() string { return 1 }\n");
  await session.line(/words\/words\.go:3:\d+: cannot use 1/, "the compiler's error");
  assert.match((await lab.invoke("Fn", { name: "you" })).text, /Live\.BuildError.*words\.go:3/s);
  await lab.saved("fn/words/words.go", "return 1", 'return "mended"', "mended");
});
