// What an app is made of, to be watched: the files that its processes noted; of an app in another language than
// Node's, all sources below its folder.
import { existsSync, statSync } from "node:fs";
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

/** What the build of cdk.json wrote for the app, and did not read itself. @param {Note[]} notes @returns {Set<string>} */
function productsIn(notes) {
  const at = notes.findIndex((note) => note.type === "built");
  const [built] = notes.slice(at, at + 1);
  if (built?.type !== "built") return new Set();
  const read = (/** @type {Note[]} */ some) => some.flatMap((note) => (note.type === "file" || note.type === "module" ? [note.path] : []));
  const sources = new Set(read(notes.slice(0, at)));
  const isProduct = (/** @type {string} */ file) => {
    const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return !sources.has(file) && written >= built.began && written <= built.ended;
  };
  return new Set(read(notes.slice(at)).filter(isProduct));
}

/**
 * @param {{ folder: string }} request @param {{ inputs: string[], bundle?: string }} app @param {Note[]} notes
 * @returns {{ inputs: string[], sources?: Omit<Sources, "except"> }}
 */
export function inputsOf({ folder }, app, notes) {
  const ours = (/** @type {string} */ file) => file === app.bundle || path.dirname(file) === import.meta.dirname;
  const products = productsIn(notes);
  const files = notes.flatMap((note) => ((note.type === "file" || note.type === "module") && !ours(note.path) && !products.has(note.path) ? [note.path] : []));
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
