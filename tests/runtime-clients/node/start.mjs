// AWS's client takes a host and a port, where our Runtime API has a path behind them that nobody can guess: what it
// asks for is passed on with that path in front.
import { spawn } from "node:child_process";
import { createServer, request } from "node:http";

const [authority, prefix] = process.env.AWS_LAMBDA_RUNTIME_API.split("/");
const [host, port] = authority.split(":");
const server = createServer((asked, answer) => {
  const { method, headers, url } = asked;
  const passed = request({ host, port, method, headers: { ...headers, host: authority }, path: `/${prefix}${url}` }, (got) => {
    answer.writeHead(got.statusCode, got.headers);
    got.pipe(answer);
  });
  passed.on("error", () => answer.destroy());
  asked.pipe(passed);
});
server.listen(0, "127.0.0.1", () => {
  const env = { ...process.env, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${server.address().port}`, _HANDLER: "app.handle" };
  const client = spawn(process.execPath, [process.env.RIC_FOR_NODE], { env, stdio: "inherit" });
  client.on("exit", (code) => process.exit(code ?? 1));
});
