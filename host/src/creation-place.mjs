// Where the app's own code makes a resource: the CDK notes the stack of each construct's creation.
import { fileURLToPath } from "node:url";

/**
 * @typedef {Record<string, { type: string, data?: unknown, trace?: string[] }[]>} Metadata of a stack, by construct path
 * @typedef {{ file: string, line: number, column?: number }} Place
 */

/** The innermost place outside packages, where the CDK has noted one. @param {Metadata | undefined} metadata @param {string} logicalId @returns {Place | undefined} */
export function sourceOf(metadata, logicalId) {
  const entries = Object.values(metadata ?? {}).find((all) => all.some(({ type, data }) => type === "aws:cdk:logicalId" && data === logicalId));
  for (const { type, data, trace } of entries ?? []) {
    const frames = type === "aws:cdk:creationStack" && Array.isArray(data) ? data : (trace ?? []);
    const [place] = frames.flatMap((frame) => placeIn(String(frame)) ?? []);
    if (place) return place;
  }
  return undefined;
}

/** "new Shop (/app/lib/shop.ts:41:5)", "file:///app/lib/index.mjs:8 (:)" @param {string} frame @returns {Place | undefined} */
function placeIn(frame) {
  const found = /((?:file:\/\/)?\/[^():]+):(\d+)(?::(\d+))?\)?/.exec(frame);
  if (!found || /[\\/]node_modules[\\/]|[\\/]host[\\/]src[\\/]/.test(found[1])) return undefined;
  const file = found[1].startsWith("file:") ? fileURLToPath(found[1]) : found[1];
  return { file, line: Number(found[2]), ...(found[3] && { column: Number(found[3]) }) };
}
