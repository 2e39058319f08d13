// What a terminal displays of what was written to it: as much of one as `live` uses. In another width it wraps its lines
// anew, as most do.
export class Display {
  #lines = [""]; // as they were written, each on as many rows as it takes
  #line = 0;
  #column = 0;
  #rest = "";

  constructor(columns) {
    this.columns = columns;
  }

  /** Everything, what has scrolled away too; without colours. */
  get rows() {
    return this.#lines.flatMap((line) => Array.from({ length: this.#height(line) }, (_, i) => line.slice(i * this.columns, (i + 1) * this.columns).trimEnd()));
  }
  get text() {
    return this.rows.join("\n").trimEnd() + "\n";
  }
  /** Lines as they were written, however they are wrapped. */
  get lines() {
    return this.#lines.map((line) => line.trimEnd());
  }
  get column() {
    return this.#column;
  }

  write(text) {
    const all = this.#rest + text;
    const pieces = /\x1b\[([\d;?]*)([A-Za-z])|\x1b\]8;[^\x1b]*\x1b\\|\x1b(?:\[[\d;?]*)?$|[^]/gu;
    this.#rest = "";
    for (const [piece, parameters, final] of all.matchAll(pieces)) {
      if (piece.startsWith("\x1b") && !final && !piece.startsWith("\x1b]")) this.#rest = piece;
      else if (final) this.#control(Number.parseInt(parameters || "1", 10), parameters, final);
      else if (piece === "\n") this.#down();
      else if (piece === "\r") this.#column = 0;
      else if (!piece.startsWith("\x1b")) this.#put(piece);
    }
  }

  #height(line) {
    return Math.max(1, Math.ceil(line.length / this.columns));
  }

  #control(count, parameters, final) {
    if (final === "A") this.#up(count);
    else if (final === "J" && !parameters) {
      this.#lines.length = this.#line + 1;
      this.#lines[this.#line] = this.#lines[this.#line].slice(0, this.#column);
    } else if (final !== "m") throw new Error(`live wrote a control sequence that this display does not know: ${parameters}${final}`);
  }

  /** Rows; the cursor is at the beginning of one. */
  #up(count) {
    for (let row = 0; row < count && (this.#line > 0 || this.#column > 0); ++row) {
      if (this.#column > 0) this.#column -= this.columns;
      else this.#column = (this.#height(this.#lines[--this.#line]) - 1) * this.columns;
    }
  }

  #down() {
    this.#line += 1;
    if (this.#line === this.#lines.length) this.#lines.push("");
  }

  #put(character) {
    const line = this.#lines[this.#line].padEnd(this.#column);
    this.#lines[this.#line] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
    this.#column += 1;
  }
}
