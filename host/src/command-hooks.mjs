// `commandHooks` of a NodejsFunction: commands of the app's that its bundling runs before and behind esbuild, as the CDK runs
// them where it bundles without Docker. What they say where the output lies is known here alone.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";

/** The folder of a bundle, in commands. */
export const placeholder = "/asset-output";
const shownLines = 5;

/**
 * @param {string[] | undefined} commands @param {import("./types.js").BundlingOptions} options @param {string} outdir
 * @returns {Promise<import("./types.js").Message[]>} the first failure
 */
export async function runHooks(commands, { root, environment }, outdir) {
  if (commands?.length) mkdirSync(outdir, { recursive: true });
  for (const command of commands ?? []) {
    const failure = await failureOf(command.replaceAll(placeholder, outdir), { cwd: root, env: { ...process.env, ...environment } });
    if (failure !== undefined) return [{ text: `commandHooks: \`${command}\` ${failure}` }];
  }
  return [];
}

/** @param {string} command @param {import("node:child_process").SpawnOptions} options @returns {Promise<string | undefined>} */
function failureOf(command, options) {
  return new Promise((resolve) => {
    const child = spawn("bash", ["-c", command], { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const output of [child.stdout, child.stderr]) output?.setEncoding("utf8").on("data", (text) => (said = (said + text).slice(-4000)));
    child.on("error", ({ message }) => resolve(`could not be run: ${message}`));
    child.on("close", (code, signal) => {
      const ended = signal ? `was ended by ${signal}` : `failed with exit status ${code}`;
      resolve(code === 0 ? undefined : [ended, ...said.trim().split("\n").slice(-shownLines)].join("\n"));
    });
  });
}
