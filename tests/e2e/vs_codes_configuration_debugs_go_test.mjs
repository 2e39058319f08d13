// What `live init --ide vscode` writes, taken as VS Code takes it: a breakpoint with a condition, a log point.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { chooseDebugPort } from "../support/breakpoints.mjs";
import { Compiled, goClient, kept, missing } from "../support/compiled.mjs";
import { debugsAsConfigured } from "../support/vscode.mjs";

const client = goClient(), delve = kept("delve");
const skip = client.skip || missing("go", () => {
  if (!existsSync(path.join(delve, "dlv")))
    execFileSync("go", ["install", "github.com/go-delve/delve/cmd/dlv@v1.27.2"], { env: { ...process.env, GOBIN: delve }, stdio: "pipe", timeout: 500_000 });
});
const main = `package main

import (
	"errors"

	"github.com/aws/aws-lambda-go/lambda"
)

type Event struct {
	Name string \`json:"name"\`
}

func handle(event Event) (string, error) {
	name := event.Name
	text := "Hello, " + name
	if name == "Eve" {
		return "", errors.New("not Eve")
	}
	return text, nil
}

func main() {
	lambda.Start(handle)
}
`;
const lab = new Compiled("PROVIDED_AL2023", "bootstrap", { "fn/main.go": main }, { env: { PATH: `${delve}:${process.env.PATH}` } });
after(() => lab.dispose());

test("Go, by delve", { skip, timeout: 580_000 }, async () => {
  for (const [name, text] of Object.entries(client.files())) lab.write(`fn/${name}`, text);
  chooseDebugPort(lab, "Fn");
  const session = await lab.go("--inspect");
  await debugsAsConfigured({
    lab,
    id: "Fn",
    file: path.join(lab.app, "fn/main.go"),
    lines: { computed: 15, answered: 18 },
    condition: 'name == "Bob"',
    log: "greets {name}",
    sum: ["len(name) + 1", "4"],
    exceptions: { filters: [], stops: 0 },
    save: async () => {
      const from = session.lines.length;
      lab.write("fn/main.go", main.replace("Hello", "Goodbye"));
      await session.line(/Fn rebuilt/, "rebuild", { from });
    },
  });
});
