// What a debugger does to a call and to the session, whatever the language.
import { until } from "./lab.mjs";

/** Before a start: debug ports of their own for these functions, since other tests' are counted from 9229. */
export function chooseDebugPorts(lab, ...ids) {
  const first = 20_000 + Math.floor(10_000 * Math.random());
  lab.write(".live/inspect.json", JSON.stringify(Object.fromEntries(ids.map((id, n) => [`lab/${id}`, first + n]))));
}

/**
 * A call stays paused for longer than its stub would wait in silence, and the session says so; then it goes on: its answer.
 * @param {{ lab: import("./lab.mjs").Lab, session: any, invoke: () => Promise<any>, stopped: () => Promise<any>, resume: (place: any) => any }} what
 */
export async function pausedCall({ lab, session, invoke, stopped, resume }) {
  // The client says "alive" each one and a half seconds, and a stub that hears nothing for five gives the call up.
  const messages = async () => (await lab.usage()).websocket_messages;
  const from = session.lines.length;
  const answer = invoke();
  const place = await stopped();
  await session.line(/so far: is paused in the debugger/, "what it waits for", { from });
  const before = await messages();
  await until("word of it", async () => (await messages()) >= before + 5);
  await resume(place);
  const given = await answer;
  await session.line(/← .*in the debugger \d/, "where the time went", { from });
  return given;
}
