// What the output of a test program says of its cases. `passed` of a program that speaks no language we know
// (a shell script) is one: itself.

/** @param {string} output @param {boolean} succeeded @returns {{passed: number, failed: string[], skipped: string[]}} */
export function count(output, succeeded) {
  const text = output.replace(/\x1b\[[\d;]*m/g, "");
  const sum = { passed: 0, failed: [], skipped: [] };
  const known = [gtest, unittest, tap].filter((read) => read(text, sum)).length > 0;
  for (const [, reason] of text.matchAll(/^SKIPPED: (.*)$/gm)) sum.skipped.push(reason);
  if (!succeeded && sum.failed.length === 0) sum.failed.push(lastWords(text));
  if (succeeded && !known && sum.skipped.length === 0) sum.passed += 1;
  return sum;
}

const MOST_LINES = 16;

/** Why a case of `failed` failed, in a few lines: what a log that is cut in its middle still has. @param {string} output @returns {string[]} */
export function reason(output, name) {
  const text = output.replace(/\x1b\[[\d;]*m/g, "");
  const plain = name.replace(/[.+*?()[\]|^$\\{}]/g, "\\$&");
  const found =
    new RegExp(`^ *not ok \\d+ - ${plain}(?: # .*)?\\n *---\\n([^]*?)^ *\\.\\.\\.$`, "m").exec(text)?.[1] ??
    new RegExp(`\\[ RUN +\\] ${plain}\\n([^]*?)\\[ +FAILED`).exec(text)?.[1] ??
    new RegExp(`^(?:FAIL|ERROR): ${plain}\\n-+\\n([^]*?)\\n\\n(?:=|-)`, "m").exec(text)?.[1] ??
    text.trimEnd();
  const lines = found.split("\n").filter((line) => line.trim() && !/^ *(duration_ms|location|failureType|async )/.test(line));
  const half = MOST_LINES / 2;
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, half), "…", ...lines.slice(-half)];
}

function gtest(text, sum) {
  const planned = [...text.matchAll(/\[=+\] Running (\d+) tests?/g)].reduce((all, one) => all + Number(one[1]), 0);
  if (planned === 0) return briefGtest(text, sum);
  const open = new Set();
  let ended = 0;
  for (const [, mark, name] of text.matchAll(/\[ +(RUN|OK|FAILED|SKIPPED) +\] ([\w/]+\.[\w/]+)(?=[ ,(\n]|$)(?!\n\[ +FAILED)/g)) {
    if (mark === "RUN") open.add(name);
    if (mark === "RUN" || !open.delete(name)) continue;  // The closing list names them again.
    ended += 1;
    if (mark === "OK") sum.passed += 1;
    if (mark === "FAILED") sum.failed.push(name);
    if (mark === "SKIPPED") sum.skipped.push(`${name}: ${gtestReason(text, name)}`);
  }
  for (const name of open) sum.failed.push(`${name} did not end`);
  const never = planned - ended - open.size;
  if (never > 0) sum.failed.push(...Array(never).fill("a case that was not reached"));
  return true;
}

function briefGtest(text, sum) {
  let found = false;
  for (const [, mark, number] of text.matchAll(/\[ +(PASSED|FAILED|SKIPPED) +\] (\d+) tests?/g)) {
    found = true;
    if (mark === "PASSED") sum.passed += Number(number);
    else sum[mark.toLowerCase()].push(...Array(Number(number)).fill("a gtest case"));
  }
  return found;
}

function gtestReason(text, name) {
  const part = text.slice(text.indexOf(`] ${name}`), text.lastIndexOf(`SKIPPED ] ${name}`));
  return /: Skipped\n(.+)/.exec(part)?.[1]?.trim() ?? "no reason given";
}

function unittest(text, sum) {
  const end = /^Ran (\d+) tests? in [\d.]+s\n\n(?:OK|FAILED|NO TESTS RAN)(?: \((.*)\))?$/m.exec(text);
  if (!end) return false;
  const of = (what) => Number(new RegExp(`\\b${what}=(\\d+)`).exec(end[2] ?? "")?.[1] ?? 0);
  const failed = of("failures") + of("errors") + of("unexpected successes");
  const names = [...text.matchAll(/^(?:FAIL|ERROR): (.*)$/gm)].map((one) => one[1]);
  for (let i = 0; i < failed; ++i) sum.failed.push(names[i] ?? "a case of unittest");
  const reasons = [...text.matchAll(/^(.*?)(?: \(.*\))?(?: \.\.\.|\n.* \.\.\.)? skipped ['"](.*)['"]$/gm)].map((one) => `${one[1]}: ${one[2]}`);
  for (let i = 0; i < of("skipped"); ++i) sum.skipped.push(reasons[i] ?? "no reason given");
  sum.passed += Math.max(0, Number(end[1]) - failed - of("skipped"));
  return true;
}

function tap(text, sum) {
  const of = (what) => Number(new RegExp(`^# ${what} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
  if (!/^TAP version/m.test(text) || !/^# tests \d+$/m.test(text)) return false;
  const bad = [...text.matchAll(/^ *not ok \d+ - (.*?)(?: # (?:TODO|SKIP).*)?$/gm)].map((one) => one[1]);
  const failed = of("fail") + of("cancelled");
  // A parent fails with its child: the children come first.
  for (let i = 0; i < failed; ++i) sum.failed.push(bad[i] ?? "a case of node:test");
  const reasons = [...text.matchAll(/^ *(?:not )?ok \d+ - (.*?) # SKIP ?(.*)$/gm)].map((one) => `${one[1]}: ${one[2] || "no reason given"}`);
  const left = of("skipped") + of("todo");
  for (let i = 0; i < left; ++i) sum.skipped.push(reasons[i] ?? "still to do");
  sum.passed += of("pass");
  return true;
}

function lastWords(text) {
  const lines = text.trimEnd().split("\n");
  return lines.at(-1)?.slice(0, 200) || "failed without a word";
}
