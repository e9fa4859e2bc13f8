/** Bits of the dots of a braille character, by row and column. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const BRAILLE = 0x2800;
const EIGHTHS = "▁▂▃▄▅▆▇█";

/** Characters in rows and columns, each of which can hold two by four dots instead. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #characters: string[][];

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#characters = Array.from({ length: height }, () => Array<string>(width).fill(" "));
  }

  /** Draws a character, unless it is off the canvas. */
  put(column: number, row: number, character: string): void {
    const line = this.#characters[row];
    if (line !== undefined && column >= 0 && column < this.width) line[column] = character;
  }

  /** Draws a dot; `x` and `y` are in dots, two to a column and four to a row. */
  dot(x: number, y: number): void {
    const [column, row] = [Math.floor(x / 2), Math.floor(y / 4)];
    const code = this.#characters[row]?.[column]?.charCodeAt(0) ?? 0;
    const before = code > BRAILLE && code <= BRAILLE + 0xff ? code - BRAILLE : 0;
    const bit = DOTS[y - 4 * row]?.[x - 2 * column] ?? 0;
    this.put(column, row, String.fromCharCode(BRAILLE + (before | bit)));
  }

  /** Draws a bar from the bottom; its height is in rows, to an eighth of one. */
  bar(column: number, height: number): void {
    const eighths = Math.round(8 * height);
    for (let row = 0; 8 * row < eighths; row++) {
      const filled = Math.min(8, eighths - 8 * row);
      this.put(column, this.height - 1 - row, EIGHTHS.charAt(filled - 1));
    }
  }

  lines(): string[] {
    return this.#characters.map((line) => line.join(""));
  }
}
