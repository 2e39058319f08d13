// An app of one stack whose functions a test describes and writes, and a client that invokes them.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { Workplace, call, root } from "./live.mjs";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true"; // the machine's Node may be an older one
const require = createRequire(path.join(root, "runtimes/node/package.json"));

/**
 * A client of the SDK, on the embedded AWS of a workplace: client(place, "lambda", "LambdaClient"). As the administrator,
 * unless there are other credentials; `endpoint`: a path behind the embedded AWS's own.
 */
export async function client(place, service, name, { endpoint, credentials } = {}) {
  const env = await place.aws();
  const sdk = require(`@aws-sdk/client-${service}`);
  return new sdk[name]({
    endpoint: env.AWS_ENDPOINT_URL + (endpoint ?? ""),
    region: env.AWS_REGION,
    credentials: credentials ?? { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
    forcePathStyle: true,
    maxAttempts: 1,
    requestHandler: { requestTimeout: 120_000, httpsAgent: { maxSockets: 600 }, httpAgent: { maxSockets: 600 } },
  });
}
export const sdk = (service) => require(`@aws-sdk/client-${service}`);

export class Lab extends Workplace {
  invoked = []; // request ids, in the order of their answers

  /**
   * @param {Record<string, object>} functions as tests/apps/lab/lib/index.js takes them
   * @param {Record<string, string>} files their sources @param {{ stage?: string, env?: Record<string, string> }} options
   */
  constructor(functions, files = {}, { stage = "e2e", ...options } = {}) {
    super("lab", { among: "tests/apps", packages: path.join(root, "examples/cdk-typescript/node_modules"), ...options });
    this.stage = stage;
    this.describe(functions);
    for (const [file, text] of Object.entries(files)) this.write(file, text);
  }

  describe(functions) {
    this.write("functions.json", JSON.stringify(functions));
  }

  write(file, text) {
    const at = path.join(this.app, file);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, text);
  }

  read(file) {
    return readFileSync(path.join(this.app, file), "utf8");
  }

  /** What the embedded AWS was asked for so far, a line a request. */
  requests() {
    if (this.ownCloud) return this.ownCloud.lines;
    return readFileSync(path.join(this.env.LIVE_HOME, "cloud/cloud.log"), "utf8").split("\n");
  }

  /** What handlers noted so far: `require("fs").appendFileSync(event.notes, id + "\\n")`. */
  get notes() {
    return path.join(this.folder, "notes");
  }
  noted() {
    return existsSync(this.notes) ? readFileSync(this.notes, "utf8").split("\n").filter(Boolean) : [];
  }

  /** An action of CloudFormation: `formation("DescribeStacks", {StackName})`. */
  async formation(command, input) {
    const sdk = createRequire(path.join(root, "host/package.json"))("@aws-sdk/client-cloudformation");
    const env = await this.aws();
    const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
    const client = new sdk.CloudFormationClient({ endpoint: env.AWS_ENDPOINT_URL, region: env.AWS_REGION, credentials });
    return await client.send(new sdk[`${command}Command`](input));
  }

  /** The template of a stack as it is deployed. */
  async template(StackName) {
    return JSON.parse((await this.formation("GetTemplate", { StackName })).TemplateBody);
  }

  /** The physical resource behind a logical one whose id starts so. */
  async physical(StackName, logical) {
    const { StackResources } = await this.formation("DescribeStackResources", { StackName });
    return StackResources.find(({ LogicalResourceId }) => LogicalResourceId.startsWith(logical))?.PhysicalResourceId;
  }

  /** A command that has to work, for this stage on the embedded AWS: its text. */
  do(command, ...args) {
    return this.must(command, ...args, "--local", "--stage", this.stage, ...(command === "remove" ? ["--yes"] : []));
  }

  /** Where the stage's debug stack is: {api, table, bucket}. */
  async debugStack({ app = "lab" } = {}) {
    const { Stacks } = await this.formation("DescribeStacks", { StackName: `${this.stage}-${app}-debug-stack` });
    const { Url, Table, Bucket } = Object.fromEntries(Stacks[0].Outputs.map((one) => [one.OutputKey, one.OutputValue]));
    return { api: /wss:\/\/(\w+)/.exec(Url)[1], table: Table, bucket: Bucket };
  }

  /** What the embedded AWS has counted: requests by service, WebSocket messages and connections. */
  async usage() {
    return (await call((await this.aws()).AWS_ENDPOINT_URL + "/_live/status")).body.usage;
  }

  /** What a function's stubs have logged. */
  async stubLog(id, { stage = this.stage } = {}) {
    return (await this.logEvents(id, stage)).map(({ message }) => message.trimEnd()).join("\n");
  }

  async logEvents(id, stage = this.stage) {
    this.logs ??= client(this, "cloudwatch-logs", "CloudWatchLogsClient");
    const logs = await this.logs;
    const { FilterLogEventsCommand } = sdk("cloudwatch-logs");
    const events = [];
    let nextToken;
    do {
      const found = await logs.send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${stage}-${id}`, nextToken }));
      events.push(...found.events);
      nextToken = found.nextToken;
    } while (nextToken);
    return events;
  }

  /** The lines between START and END of each call, by its request id, of whichever environment. */
  async logOfCalls(id) {
    const calls = new Map();
    const running = new Map(); // by log stream
    for (const { logStreamName, message } of await this.logEvents(id).catch(() => [])) {
      const line = message.trimEnd();
      const start = /^START RequestId: (\S+)/.exec(line);
      if (start) {
        running.set(logStreamName, []);
        calls.set(start[1], { lines: running.get(logStreamName), ended: false });
      } else if (line.startsWith("END RequestId: ")) {
        calls.get(line.slice(15)).ended = true;
        running.delete(logStreamName);
      } else running.get(logStreamName)?.push(line);
    }
    return calls;
  }

  /** What the log group has of the calls that `act` made of a function, once it has all of it: by their request ids. */
  async newlyLogged(id, act) {
    const earlier = this.invoked.length;
    await act();
    const ids = this.invoked.slice(earlier);
    return await until(`the log of ${ids.length} calls of ${id}`, async () => {
      const calls = await this.logOfCalls(id);
      return ids.every((one) => calls.get(one)?.ended) && new Map(ids.map((one) => [one, calls.get(one).lines]));
    });
  }

  /** `live start` until it listens. */
  async go(...args) {
    const session = this.start("--stage", this.stage, ...args);
    await session.listening();
    return session;
  }

  /** Somebody else's function has the name, until the function that is returned is called. */
  async takeFunctionName(FunctionName, { like = `${this.stage}-Hello` } = {}) {
    const lambda = await client(this, "lambda", "LambdaClient");
    const { CreateFunctionCommand, DeleteFunctionCommand, GetFunctionConfigurationCommand } = sdk("lambda");
    const { Role } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: like }));
    // x.js, which is a comment.
    const ZipFile = Buffer.from("UEsDBBQAAAAAAAAAIQDLFxT4AgAAAAIAAAAEAAAAeC5qcy8vUEsBAhQDFAAAAAAAAAAhAMsXFPgCAAAAAgAAAAQAAAAAAAAAAAAAAIABAAAAAHguanNQSwUGAAAAAAEAAQAyAAAAJAAAAAAA", "base64");
    await lambda.send(new CreateFunctionCommand({ FunctionName, Role, Runtime: "nodejs22.x", Handler: "x.y", Code: { ZipFile } }));
    return () => lambda.send(new DeleteFunctionCommand({ FunctionName }));
  }

  /** @returns {Promise<{status: number, error?: string, text: string, body: any, log: string}>} */
  async invoke(id, event = {}, { stage = this.stage, qualifier, clientContext, raw } = {}) {
    this.lambda ??= client(this, "lambda", "LambdaClient");
    const lambda = await this.lambda;
    const { InvokeCommand } = sdk("lambda");
    const answer = await lambda.send(
      new InvokeCommand({
        FunctionName: `${stage}-${id}`,
        Payload: Buffer.from(raw ?? JSON.stringify(event)),
        Qualifier: qualifier,
        ClientContext: clientContext,
        LogType: "Tail",
      }),
    );
    this.invoked.push(answer.$metadata.requestId);
    const text = Buffer.from(answer.Payload ?? "").toString("utf8");
    let body;
    try {
      body = JSON.parse(text);
    } catch {
      body = undefined;
    }
    return {
      status: answer.StatusCode,
      error: answer.FunctionError,
      version: answer.ExecutedVersion,
      text,
      body,
      log: Buffer.from(answer.LogResult ?? "", "base64").toString("utf8"),
    };
  }

  /** What a function that answers by a stream has sent when that ends. */
  async invokeStreaming(id, event = {}, { stage = this.stage } = {}) {
    this.lambda ??= client(this, "lambda", "LambdaClient");
    const lambda = await this.lambda;
    const { InvokeWithResponseStreamCommand } = sdk("lambda");
    const answer = await lambda.send(new InvokeWithResponseStreamCommand({ FunctionName: `${stage}-${id}`, Payload: JSON.stringify(event) }));
    this.invoked.push(answer.$metadata.requestId);
    let text = "";
    for await (const { PayloadChunk } of answer.EventStream) text += Buffer.from(PayloadChunk?.Payload ?? "").toString();
    return text;
  }
}

/** The resources of a type in a template, by logical id. */
export function ofType({ Resources }, type) {
  return Object.fromEntries(Object.entries(Resources).filter(([, one]) => one.Type === type));
}

/** The functions of a template whose code is the stub's, and those that keep their own: logical ids without their hash. */
export function codeOf(template) {
  const functions = Object.entries(ofType(template, "AWS::Lambda::Function"));
  const isStub = ([, { Properties }]) => Properties.Runtime === "provided.al2023" && Properties.Handler === "bootstrap";
  const names = (some) => some.map(([id]) => id.replace(/[0-9A-F]{8}$/, "")).sort();
  return { stub: names(functions.filter(isStub)), own: names(functions.filter((one) => !isStub(one))) };
}

/** @param {Promise<object>} call its answer, with the milliseconds that it took */
export async function timed(call) {
  const began = performance.now();
  const answer = await call;
  return { ...answer, took: Math.round(performance.now() - began) };
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Until `look` gives something. */
export async function until(what, look, { timeout = 30_000 } = {}) {
  for (const end = Date.now() + timeout; ; await sleep(20)) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`no ${what} within ${timeout / 1000} s`);
  }
}

/** The pids of the stubs of a workplace's embedded AWS, the oldest first. */
export async function stubs(place) {
  const cloud = (await call((await place.aws()).AWS_ENDPOINT_URL + "/_live/status")).body.pid;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
        return Number(parent) === cloud && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("bootstrap");
      } catch {
        return false; // it has just ended
      }
    })
    .sort((a, b) => a - b);
}
