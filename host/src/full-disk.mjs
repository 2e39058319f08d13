// What a full disk makes of a file says little: an error without a folder, or JSON that ends too early.
import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";

const least = 1 << 20; // bytes

/** @param {string} folder */
function isFull(folder) {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < least;
  } catch {
    return false; // it is not there
  }
}

/**
 * An error's message with the first of these folders that has no room, and what to do; any other as it is.
 * @param {string} message @param {string[]} folders
 */
export function withFullDisk(message, folders) {
  const isCut = /(Unterminated string in|Unexpected end of) JSON( input)?/.test(message);
  if (!isCut && !/ENOSPC|no space left/i.test(message)) return message;
  const full = folders.find(isFull);
  if (full === undefined) return message;
  const advice = `free some of it${full === tmpdir() ? ", or name another folder in TMPDIR" : ""}`;
  return `${isCut ? "a file could not be written whole" : message}: the disk of ${full} is full: ${advice}`;
}
