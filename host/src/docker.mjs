// Bundling that wants Docker where there is none: what the CDK says of it names neither, or a temporary folder.

/** Constructs that build without Docker where their tool is; what they print when it is not. @type {[RegExp, string][]} */
const tools = [
  [/^Rust build cannot run locally/m, "cargo-lambda (https://www.cargo-lambda.info)"],
  [/^go build cannot run locally/m, "Go (https://go.dev/dl)"],
];

/**
 * In place of what the CDK says when Docker is missing or does not run; nothing: it is something else.
 * @param {string} message @param {string} said the last lines that the app printed
 */
export function wantsDocker(message, said, docker = process.env.CDK_DOCKER ?? "docker") {
  const isAbsent = message.includes(`spawnSync ${docker} ENOENT`) || said.includes(`spawnSync ${docker} ENOENT`);
  const isDown = /Cannot connect to the Docker daemon|Is the docker daemon running/i.test(`${message}\n${said}`);
  if (!isAbsent && !isDown) return undefined;
  const construct = /(?:Failed to bundle asset|bundling) (\S+?)(?:(?:\/Code)?\/Stage|:)/.exec(`${message}\n${said}`)?.[1];
  const why = isAbsent ? `${docker} is not on PATH` : "its daemon does not run";
  const mend = isAbsent ? "install Docker, or name another program in CDK_DOCKER" : "start it";
  const tool = tools.find(([sign]) => sign.test(said))?.[1];
  return `${construct ?? "what the app deploys"} is bundled in Docker, and ${why}: ${tool ? `install ${tool}, which does without it, or ` : ""}${mend}`;
}
