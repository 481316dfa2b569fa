import type { Arena } from "./arena";

/** A matrix in the memory of the kernels: 16-bit numbers in panels, a scale and a bias for each column. */
export interface Matrix {
  readonly panels: number;
  readonly scales: number;
  readonly bias: number;
  /** Rows: numbers of what it is multiplied with. */
  readonly depth: number;
  /** Columns: numbers of what comes out. */
  readonly width: number;
}

/** Columns of a panel, as `multiply` reads them. */
const PANEL = 8;
/** As `quantise`: the length of a column that stays under 46,340 when rounded, and the largest number. */
const LENGTH = 46_300;
const MOST = 32_767;

/** Bytes that a matrix takes, roughly. */
export const matrixBytes = (depth: number, width: number): number => 2 * depth * width + 8 * width + 192;

/** Lays a matrix down. @param values row after row */
export function layMatrix(arena: Arena, values: Float32Array, bias: Float32Array): Matrix {
  const width = bias.length;
  const depth = values.length / width;
  const [panels, scales, biases] = [arena.take(2 * depth * width), arena.take(4 * width), arena.take(4 * width)];
  const factors = factorsOf(values, depth, width);
  arena.floats(scales, width).set(factors.map(factor => 1 / factor));
  arena.floats(biases, width).set(bias);
  layPanels(arena.shorts(panels, depth * width), values, factors, depth, width);
  return { panels, scales, bias: biases, depth, width };
}

/** What each column is multiplied with, to become whole numbers. */
function factorsOf(values: Float32Array, depth: number, width: number): Float32Array {
  const [squares, most] = [new Float32Array(width), new Float32Array(width)];
  for (let row = 0; row < depth; row++)
    for (let column = 0; column < width; column++) {
      const value = Math.abs(values[row * width + column]!);
      squares[column]! += value * value;
      if (value > most[column]!) most[column] = value;
    }
  return most.map((value, column) => (value > 0 ? Math.min(LENGTH / Math.sqrt(squares[column]!), MOST / value) : 1));
}

function layPanels(to: Int16Array, values: Float32Array, factors: Float32Array, depth: number, width: number): void {
  let at = 0;
  for (let panel = 0; panel < width; panel += PANEL)
    for (let row = 0; row < depth; row += 2)
      for (let column = panel; column < panel + PANEL; column++) {
        const factor = factors[column]!;
        to[at++] = Math.round(values[row * width + column]! * factor);
        to[at++] = Math.round(values[(row + 1) * width + column]! * factor);
      }
}
