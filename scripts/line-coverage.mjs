// Reads the summary of `llvm-cov export -summary-only` and prints how many lines of the files that are named ran.
//   … | node scripts/line-coverage.mjs FILE…
import { readFileSync } from "node:fs";
import path from "node:path";

const wanted = process.argv.slice(2).map((file) => path.resolve(file));
const { files } = JSON.parse(readFileSync(0, "utf8")).data[0];
const all = { count: 0, covered: 0 };
const line = (name, { count, covered }) =>
  console.log(`  ${((100 * covered) / count).toFixed(1).padStart(5)} %  ${String(covered).padStart(4)} of ${String(count).padStart(4)}  ${name}`);
const chosen = files.filter(({ filename }) => wanted.includes(path.resolve(filename)));
for (const { filename, summary } of chosen) {
  all.count += summary.lines.count;
  all.covered += summary.lines.covered;
  line(path.relative(".", filename), summary.lines);
}
if (chosen.length !== 1) line("together", all);
