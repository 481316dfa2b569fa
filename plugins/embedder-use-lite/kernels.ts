import { readFileSync } from "node:fs";

/** `out = rows · matrix + bias`. */
type Multiply = (
  rows: number,
  rowScales: number,
  matrix: number,
  scales: number,
  bias: number,
  out: number,
  count: number,
  depth: number,
  width: number,
) => void;

/** The functions of kernels.wasm; kernels/ has their source and says what they do. Places are byte offsets in the memory. */
export interface Kernels {
  readonly multiply: Multiply;
  /** Nothing below zero. */
  readonly multiplyPositive: Multiply;
  /** Added to what is there. */
  readonly multiplyAdd: Multiply;
  layerNorm(from: number, to: number, gain: number, bias: number, count: number, width: number): void;
  quantise(from: number, to: number, scales: number, count: number, width: number): void;
  turn(from: number, lineIn: number, to: number, lineOut: number, rows: number, columns: number): void;
  combine(
    rows: number,
    lineRows: number,
    matrix: number,
    lineMatrix: number,
    out: number,
    lineOut: number,
    count: number,
    depth: number,
    width: number,
  ): void;
  softmax(row: number, line: number, count: number, width: number, scale: number): void;
}

/** The kernels, at work in this memory. */
export function kernelsIn(memory: WebAssembly.Memory): Kernels {
  const module = new WebAssembly.Module(readFileSync(new URL("./kernels.wasm", import.meta.url)));
  return new WebAssembly.Instance(module, { hearth: { memory } }).exports as unknown as Kernels;
}
