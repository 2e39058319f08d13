// The shapes that cross between modules, and to `live`.

export interface BundlingOptions {
  externalModules?: string[];
  nodeModules?: string[];
  define?: Record<string, string>;
  loader?: Record<string, string>;
  banner?: string;
  footer?: string;
  inject?: string[];
  format?: string;
  target?: string;
  charset?: "ascii" | "utf8";
  mainFields?: string[];
  tsconfig?: string;
  minify?: boolean;
  bundleAwsSDK?: boolean;
  preCompilation?: boolean;
  esbuildArgs?: Record<string, string | boolean>;
  /** The commands of its `commandHooks`, and the variables of their environment. */
  hooks?: { before: string[]; after: string[] };
  environment?: Record<string, string>;
  /** Where relative paths begin, and where commands run. */
  root?: string;
}

export interface BundleRequest {
  /** Its construct path: the warm context is kept under this name. */
  function: string;
  entry: string;
  handler: string;
  format?: "cjs" | "esm";
  target?: string;
  external?: string[];
  options?: BundlingOptions;
  outdir?: string;
  /** Whose it is where there is no `outdir`: two sessions of an app may bundle a function differently. */
  session?: string;
  /** All inputs that have changed since the build before, when that is known. */
  changed?: string[];
  /** `inputs_id` of the inputs that the caller has. */
  known_inputs?: string;
}

export interface Message {
  text: string;
  file?: string;
  line?: number;
  column?: number;
  lineText?: string;
}

export interface Bundle {
  outfile: string;
  handler: string;
  changed: boolean;
  /** Absent: the caller has them. */
  inputs?: string[];
  inputs_id: string;
  missing: string[];
  errors: Message[];
  warnings: Message[];
  elapsed_ms: number;
  /** The bundle of the dependencies, which the other one loads; absent: it is in one. */
  dependencies?: string;
  /** Worth a call of `split`. */
  splittable: boolean;
}

/** What the preload noted while the app ran. */
export type Note =
  | { type: "file" | "module"; path: string }
  | ({ type: "process" } & AppProcess)
  | { type: "leads"; leads: string[] }
  /** The build of cdk.json has run; in milliseconds of the clock. */
  | { type: "built"; began: number; ended: number }
  | { type: "woken" }
  | { type: "bundle"; construct: string; entry: string; projectRoot?: string; options: BundlingOptions; swapped: boolean }
  | { type: "folder"; construct: string; folder: string; bundled: boolean; swapped: boolean; options?: ToolOptions; below?: string };

/** What a construct was told that has a compiled language's tool build its code. */
export interface ToolOptions {
  /** The package: a folder, or a file in one. */
  entry?: string;
  flags?: string[];
  binary?: string;
  environment?: Record<string, string>;
}

/** The one of an app's processes that makes its constructs, and the libraries that it has loaded for it. */
export interface AppProcess {
  identity: string;
  /** Files. */
  libraries: string[];
  /** URLs of those that are ES modules, or imported as such. */
  imports: string[];
  /** Files neither installed nor the app's that led to it: a package manager's own. */
  leads: string[];
}

export interface AppFunction {
  constructPath: string;
  stack: string;
  /** Logical ids of the nested stacks, joined by '/'; empty for the stack's own. */
  nestedIn: string;
  logicalId: string;
  functionName?: unknown;
  runtime?: string;
  handler?: string;
  memory?: number;
  timeout?: number;
  architecture: string;
  packageType: "Zip" | "Image";
  kind: "bundle" | "folder" | "archive" | "inline" | "image" | "unknown";
  entry?: string;
  folder?: string;
  code?: string;
  options?: BundlingOptions | ToolOptions;
  /** Why it can not run locally, in words; absent when it can. */
  skip?: string;
  layers: AppLayer[];
}

export interface AppLayer {
  /** Construct path, or ARN. */
  name: string;
  /** A folder or an archive on this machine. */
  source?: string;
  /** In an account. */
  arn?: string;
  /** Of an entry, which is bundled when it is deployed: where in the layer it lies ("python"). */
  below?: string;
}

/** A folder of which any file counts as the app's that has one of these names (globs) and lies in none of `except`. */
export interface Sources {
  folder: string;
  names: string[];
  /** Names of folders that are not looked into. */
  ignore: string[];
  except: string[];
}

/** What the project's type checker or linter says. */
export interface Finding {
  file?: string;
  line?: number;
  column?: number;
  severity: "error" | "warning";
  text: string;
  rule?: string;
}

export interface Checked {
  /** False: the project has no such tool, or no settings for it. */
  configured: boolean;
  findings: Finding[];
  /** That it has looked at. */
  files: string[];
}

export interface ResourceChange {
  kind: "added" | "changed" | "replaced" | "perhaps replaced" | "removed" | "kept";
  logicalId: string;
  construct: string;
  type: string;
  losesData: boolean;
  properties: { name: string; from: string; to: string }[];
}

export interface StackDiff {
  name: string;
  exists: boolean;
  resources: ResourceChange[];
  iam: { sign: string; text: string }[];
  outputs: { key: string; kind: "added" | "changed" | "removed" }[];
  /** Functions that are deployed as stubs, by construct path, else logical id; where the template says so. */
  runLive: string[];
}

export interface SynthRequest {
  folder: string;
  form: "main" | "cdk";
  /** lib/index.js or the like, for form "main". */
  main?: string;
  /** cdk.json's `app`, when it is not to be read from there. */
  command?: string;
  stage: string;
  app: string;
  region: string;
  account?: string;
  mode: "discover" | "deploy";
  outdir: string;
  context?: Record<string, unknown>;
  /** False: for `live deploy`; IS_LOCAL is then not set. */
  local?: boolean;
  /** Variables for the app's process, where the environment has not the same. */
  environment?: Record<string, string>;
  /** Construct paths of the functions and layers whose bundling is skipped. */
  swapped?: string[];
  /** Another synthesis of the app is to be expected: a process waits for it. */
  again?: boolean;
  /** Whether the CDK validates the templates it makes; discovery never does. */
  validate?: boolean;
}
