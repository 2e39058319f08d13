// What an app is made of, to be watched: the files that its processes noted; of an app in another language than
// Node's, all sources below its folder.
import { existsSync } from "node:fs";
import path from "node:path";

/**
 * @typedef {import("./types.js").Note} Note
 * @typedef {import("./types.js").Sources} Sources
 */

const names = [
  ...["*.py", "*.java", "*.kt", "*.go", "*.cs", "*.fs", "*.vb", "*.rb", "*.js", "*.mjs", "*.cjs", "*.ts", "*.mts", "*.cts"],
  ...["requirements*.txt", "pyproject.toml", "setup.cfg", "Pipfile", "*.lock", "go.mod", "go.sum", "pom.xml", "build.gradle", "*.csproj", "*.fsproj"],
];
const ignore = ["node_modules", ".git", "cdk.out", ".live", ".venv", "venv", ".tox", "__pycache__", "*.egg-info", "target", "build", "bin", "obj"];

/**
 * @param {{ folder: string }} request @param {{ inputs: string[], bundle?: string }} app @param {Note[]} notes
 * @returns {{ inputs: string[], sources?: Omit<Sources, "except"> }}
 */
export function inputsOf({ folder }, app, notes) {
  const ours = (/** @type {string} */ file) => file === app.bundle || path.dirname(file) === import.meta.dirname;
  const files = notes.flatMap((note) => ((note.type === "file" || note.type === "module") && !ours(note.path) ? [note.path] : []));
  const isNode = Boolean(app.bundle) || notes.some((note) => note.type === "module");
  return { inputs: [...new Set([...app.inputs, ...files])], sources: isNode ? undefined : { folder, names, ignore } };
}

/**
 * Folders of handlers' code: what is saved there is for them, not for the app.
 * @param {{ folder: string }} request @param {import("./types.js").AppFunction[]} functions
 */
export function handlersOf({ folder }, functions) {
  const all = functions.flatMap((one) => (one.folder ? [one.folder] : []));
  return [...new Set(all)].filter((each) => each.startsWith(folder + path.sep) && existsSync(each));
}
