// What `live start` has started, as the kernel tells it.
import { readFileSync, readdirSync, readlinkSync } from "node:fs";

const read = (pid, name) => readFileSync(`/proc/${pid}/${name}`, "utf8");

function all() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const status = read(pid, "status");
        const [, parent] = /^PPid:\s+(\d+)/m.exec(status);
        const [, kb] = /^VmRSS:\s+(\d+)/m.exec(status) ?? [0, 0];
        return [{ pid: Number(pid), parent: Number(parent), mb: Number(kb) / 1024, command: read(pid, "cmdline") }];
      } catch {
        return []; // it has just ended
      }
    });
}

/**
 * A session's processes: the client, the builder, the toolkit and what it runs of the app, workers, those that wait among
 * them. Memory is resident.
 * @param {number} pid the session's @returns {{ pid: number, role: "client" | "builder" | "toolkit" | "app" | "worker", mb: number }[]}
 */
export function family(pid) {
  const everybody = all();
  const found = [];
  const add = (one, role) => {
    found.push({ pid: one.pid, role, mb: one.mb });
    for (const child of everybody.filter(({ parent }) => parent === one.pid))
      add(child, role === "client" ? (/host\/src\/(builder|toolkit)/.exec(child.command)?.[1] ?? "worker") : role === "toolkit" ? "app" : role);
  };
  const session = everybody.find((one) => one.pid === pid);
  if (session) add(session, "client");
  return found;
}

// Whoever has become a function has no input any more.
function isWaiting({ pid, command }) {
  try {
    return /\/spare\.(cjs|py|rb)\0/.test(command) && readlinkSync(`/proc/${pid}/fd/0`).startsWith("pipe:");
  } catch {
    return false;
  }
}

/** The processes of a session that wait to become functions. @param {number} pid @returns {number[]} */
export function waiting(pid) {
  return all().filter((one) => one.parent === pid && isWaiting(one)).map((one) => one.pid);
}

/** How long a process has worked, in nanoseconds. @param {number} pid */
export function worked(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + Number(read(pid, `task/${task}/schedstat`).split(" ")[0]), 0);
  } catch {
    return 0; // it has just ended
  }
}

/** Their memory by role, in MB. @param {ReturnType<typeof family>} processes @returns {Record<string, number>} */
export function memory(processes) {
  const roles = {};
  for (const { role, mb } of processes) roles[role] = (roles[role] ?? 0) + mb;
  return Object.fromEntries(Object.entries(roles).map(([role, mb]) => [role, Math.round(mb * 10) / 10]));
}
