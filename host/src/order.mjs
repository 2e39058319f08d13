// Which stack may be deployed when: independent ones side by side, dependents only after all that they need.

/**
 * @typedef {{ name: string, status: string, reason?: string }} Outcome
 * @typedef {{ name: string, needs: string[] }} Step
 */

const good = new Set(["deployed", "unchanged"]);

/**
 * @template {Step} S
 * @template {Outcome} O
 * @param {S[]} steps
 * @param {(step: S) => Promise<O>} run must not throw
 * @param {{ settle: (outcome: O | Outcome) => void, signal: AbortSignal, atOnce: number }} how
 * @returns {Promise<(O | Outcome)[]>} in the order of `steps`; those never begun are missing
 */
export async function inOrder(steps, run, { settle, signal, atOnce }) {
  /** @type {Map<string, O | Outcome>} */
  const done = new Map();
  /** @type {Set<Promise<void>>} */
  const running = new Set();
  let waiting = steps;
  /** @param {O | Outcome} outcome */
  const finish = (outcome) => {
    done.set(outcome.name, outcome);
    settle(outcome);
  };
  /** True: it still waits. @param {S} step */
  const begin = (step) => {
    const bad = step.needs.find((need) => done.has(need) && !good.has(done.get(need)?.status ?? ""));
    if (bad) finish({ name: step.name, status: "not deployed", reason: `it needs ${bad}, which was not deployed` });
    if (bad) return false;
    if (running.size >= atOnce || signal.aborted || !step.needs.every((need) => done.has(need))) return true;
    const work = run(step).then(finish);
    const tracked = work.finally(() => running.delete(tracked));
    running.add(tracked);
    return false;
  };
  for (;;) {
    const before = waiting.length;
    waiting = waiting.filter(begin);
    if (running.size > 0) await Promise.race(running);
    else if (waiting.length === before || waiting.length === 0) break;
  }
  return steps.flatMap(({ name }) => done.get(name) ?? []);
}
