// What Lambda calls provided: a bootstrap that lies there, one that make makes, and an executable of CMake's. Their
// client of the Runtime API is curl, or fifty lines of C++.
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";

const script = (word) => `#!/bin/sh
set -eu
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while :; do
  head=$(mktemp)
  event=$(curl -sS -D "$head" "$api/invocation/next")
  id=$(grep -i '^lambda-runtime-aws-request-id:' "$head" | tr -d ' \\r' | cut -d: -f2)
  rm "$head"
  echo "event $event"
  curl -sS -o /dev/null -X POST "$api/invocation/$id/response" -d "{\\"text\\":\\"${word}\\",\\"event\\":$event}"
done
`;
const client = `#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cstdlib>
#include <iostream>
#include <string>
#include "word.h"

static std::string ask(const std::string& api, const std::string& method, const std::string& path, const std::string& body) {
  auto const slash = api.find('/');
  std::string const authority = api.substr(0, slash), prefix = slash == std::string::npos ? "" : api.substr(slash);
  auto const colon = authority.find(':');
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(authority.substr(0, colon).c_str(), authority.substr(colon + 1).c_str(), &hints, &found) != 0) std::exit(2);
  int const fd = socket(found->ai_family, SOCK_STREAM, 0);
  if (connect(fd, found->ai_addr, found->ai_addrlen) != 0) std::exit(3);
  freeaddrinfo(found);
  std::string const request = method + " " + prefix + "/2018-06-01/runtime/" + path + " HTTP/1.1\\r\\nHost: " + authority +
      "\\r\\nConnection: close\\r\\nContent-Length: " + std::to_string(body.size()) + "\\r\\n\\r\\n" + body;
  if (write(fd, request.data(), request.size()) < 0) std::exit(4);
  std::string answer;
  char buffer[4096];
  for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;) answer.append(buffer, size_t(n));
  close(fd);
  return answer;
}

int main() {
  std::string const api = std::getenv("AWS_LAMBDA_RUNTIME_API");
  for (;;) {
    std::string const got = ask(api, "GET", "invocation/next", "");
    std::string const name = "lambda-runtime-aws-request-id: ";
    std::string lower = got;
    for (char& c : lower) c = char(std::tolower(c));
    auto const at = lower.find(name) + name.size();
    std::string const id = got.substr(at, got.find("\\r\\n", at) - at), event = got.substr(got.find("\\r\\n\\r\\n") + 4);
    std::cout << "event " << event << std::endl;
    ask(api, "POST", "invocation/" + id + "/response", std::string("{\\"text\\":\\"") + WORD + "\\",\\"event\\":" + event + "}");
  }
}
`;
const lab = new Lab({}, {
  "lib/index.js": `import * as cdk from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
export default function main(app) {
  const stack = new cdk.Stack(app, "lab");
  const bundling = { image: cdk.DockerImage.fromRegistry("never/pulled") };
  const add = (id, handler, code) =>
    new lambda.Function(stack, id, { functionName: app.stage + "-" + id, runtime: lambda.Runtime.PROVIDED_AL2023, handler, code, timeout: cdk.Duration.seconds(60) });
  add("Script", "any", lambda.Code.fromAsset("script"));
  add("Made", "any", lambda.Code.fromAsset("made", { bundling }));
  add("Compiled", "worker", lambda.Code.fromAsset("compiled", { bundling }));
  add("Nothing", "any", lambda.Code.fromAsset("nothing"));
}
`,
  "script/bootstrap": script("as it lies"),
  "made/bootstrap.in": script("made"),
  "made/Makefile": "build-MadeOTHER:\n\tfalse\nbootstrap: bootstrap.in\n\tcp bootstrap.in $(ARTIFACTS_DIR)/bootstrap\n\tchmod +x $(ARTIFACTS_DIR)/bootstrap\n",
  "compiled/CMakeLists.txt": `cmake_minimum_required(VERSION 3.16)
project(worker CXX)
add_executable(worker main.cpp)
add_executable(another another.cpp)
`,
  "compiled/another.cpp": "int main() {}\n",
  "compiled/main.cpp": client,
  "compiled/word.h": '#define WORD "compiled"\n',
  "nothing/readme.txt": "nothing to run",
});
chmodSync(path.join(lab.app, "script/bootstrap"), 0o755);
after(() => lab.dispose());
const answer = async (id) => (await lab.invoke(id, { n: 1 })).text;
const whenSaved = (id, text) => until(`${id} by the saved code`, async () => (await answer(id)).includes(text), { timeout: 60_000 });
let session;

test("a bootstrap that lies there runs as it lies", { timeout: 300_000 }, async () => {
  session = await lab.go();
  assert.deepEqual((await lab.invoke("Script", { n: 1 })).body, { text: "as it lies", event: { n: 1 } });
  lab.write("script/bootstrap", script("as it was saved"));
  await whenSaved("Script", "as it was saved");
});

test("a bootstrap with the line endings of Windows says so, and the next save mends it", { timeout: 120_000 }, async () => {
  lab.write("script/bootstrap", script("with returns").replaceAll("\n", "\r\n"));
  await until("the reason", async () => /bootstrap: its lines end as on Windows; save it/.test(await answer("Script")));
  lab.write("script/bootstrap", script("mended"));
  await whenSaved("Script", "mended");
});

test("make makes one in ARTIFACTS_DIR", { timeout: 120_000 }, async () => {
  assert.deepEqual((await lab.invoke("Made", { n: 2 })).body, { text: "made", event: { n: 2 } });
  lab.write("made/bootstrap.in", script("made anew"));
  await whenSaved("Made", "made anew");
});

test("CMake builds the executable that the handler names, and its errors are told with their line", { timeout: 300_000 }, async () => {
  assert.deepEqual((await lab.invoke("Compiled", { n: 3 })).body, { text: "compiled", event: { n: 3 } });
  lab.write("compiled/word.h", "#define WORD compiled\n");
  await session.line(/word\.h:1:14: error/, "the compiler's error");
  assert.match(await answer("Compiled"), /Live\.BuildError.*word\.h:1/s);
  lab.write("compiled/word.h", '#define WORD "compiled anew"\n');
  await whenSaved("Compiled", "compiled anew");
});

test("what has neither keeps its deployed code, and says what to do", () => {
  assert.ok(session.lines.some((line) => /Nothing keeps its deployed code: there is neither a bootstrap nor a project to build in .*nothing: name its sources in live\.json/.test(line)), session.tail());
});
