// A lab with one handler that notes each run and may wait at a gate: what the tests of outages share.
import { Gate } from "./gate.mjs";
import { Lab } from "./lab.mjs";

export const gate = await new Gate().listen();
export const lab = new Lab(
  { Work: { handler: "work.handler", timeout: 60 } },
  {
    "src/work.js": `
      exports.handler = async ({ n, notes, gate }) => {
        require("fs").appendFileSync(notes, n + "\\n");
        if (gate) await fetch(gate);
        return { n };
      };`,
  },
);
export const work = (n, { wait = false } = {}) => lab.invoke("Work", { n, notes: lab.notes, gate: wait ? gate.url : undefined });
