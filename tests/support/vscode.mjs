// VS Code at a function's port, for languages whose extension speaks to that itself: it takes the configuration that `live
// init --ide vscode` has written, and says what VS Code says of breakpoints, in its order.
import assert from "node:assert/strict";
import { DapDebugger } from "./dap.mjs";

/** @param {import("./lab.mjs").Lab} lab @param {string} id of the function */
export async function configuration(lab, id) {
  await lab.must("init", "--ide", "vscode");
  const text = lab.read(".vscode/launch.json").replaceAll("${workspaceFolder}", lab.app);
  return JSON.parse(text).configurations.find(({ name }) => name === `Live: ${id}`);
}

// Where an extension connects to, by its own words for it; Java's, to a debug adapter of its own (`adapter`).
const portOf = { debugpy: ({ connect }) => connect.port, go: ({ port }) => port, rdbg: ({ debugPort }) => Number(debugPort.split(":")[1]), java: ({ adapter }) => adapter };

/**
 * Attaches, before there is a process or after.
 * @param {any} configuration @param {{ file: string, breakpoints?: object[], exceptions?: string[] }} wanted
 */
export async function debug(configuration, { file, breakpoints = [], exceptions = [] }) {
  const session = DapDebugger.open(portOf[configuration.type](configuration));
  const ready = configure(session, configuration, { file, breakpoints, exceptions });
  ready.catch(() => {}); // whoever waits for it hears of it
  return { session, ready };
}

async function configure(session, configuration, { file, breakpoints, exceptions }) {
  const client = { clientID: "vscode", clientName: "Visual Studio Code", adapterID: configuration.type, locale: "en" };
  const abilities = { pathFormat: "path", linesStartAt1: true, columnsStartAt1: true, supportsVariableType: true, supportsRunInTerminalRequest: true };
  const { supportsLogPoints } = await session.send("initialize", { ...client, ...abilities });
  const attached = session.send("attach", configuration);
  attached.catch(() => session.close());
  await session.event("initialized");
  await session.break(file, breakpoints.filter(({ logMessage }) => !logMessage || supportsLogPoints));
  await session.send("setExceptionBreakpoints", { filters: exceptions });
  await session.send("configurationDone");
  await attached;
  return { supportsLogPoints };
}

// Who calls the handler is no code of the user's: there it goes on.
async function stepOutOfHandler(session, place, handlerLine) {
  let at = place;
  while (at.line !== handlerLine) {
    await session.stepOut(at);
    at = await session.stopped();
  }
  await session.stepOut(at);
}

/**
 * What a developer does with breakpoints, from before the first call to after a save. `source` has the lines that are named;
 * the function answers `Hello, NAME`, and fails for "Eve".
 * @param {{ lab: any, session: any, id: string, file: string, lines: { computed: number, answered: number, handler?: number }, condition: string,
 *   log: string, sum: [expression: string, value: string], exceptions: { filters: string[], stops: number }, save: () => Promise<void> }} what
 */
export async function debugsAsConfigured({ lab, id, file, lines, condition, log, sum, exceptions, save }) {
  const wanted = await configuration(lab, id);
  const greet = (name) => lab.invoke(id, { name });
  const breakpoints = [{ line: lines.computed, logMessage: log }, { line: lines.answered, condition }];

  let { session, ready } = await debug(wanted, { file, breakpoints, exceptions: exceptions.filters });
  const first = greet("Ann");
  const { supportsLogPoints } = await ready;
  assert.equal((await first).body, "Hello, Ann", "a condition that does not hold stops nothing");
  if (supportsLogPoints) await session.printed(/greets Ann/);

  const second = greet("Bob");
  const place = await session.stopped();
  assert.equal(place.line, lines.answered);
  assert.equal(await session.evaluate(place, sum[0]), sum[1]);
  await (lines.handler ? stepOutOfHandler(session, place, lines.handler) : session.resume(place));
  assert.equal((await second).body, "Hello, Bob");

  const failing = greet("Eve");
  for (let stops = 0; stops < exceptions.stops; ++stops) {
    const stopped = await session.event("stopped");
    assert.match(stopped.reason, /exception/);
    await session.resume(stopped);
  }
  assert.match((await failing).text, /not Eve/);

  await session.send("disconnect", { restart: false, terminateDebuggee: false });
  session.close();
  assert.equal((await greet("Bob")).body, "Hello, Bob", "breakpoints leave with their debugger");

  await save();
  ({ session, ready } = await debug(wanted, { file, breakpoints }));
  const last = greet("Bob");
  await ready;
  const again = await session.stopped();
  assert.equal(again.line, lines.answered);
  await session.resume(again);
  assert.equal((await last).body, "Goodbye, Bob");
  session.close();
}
