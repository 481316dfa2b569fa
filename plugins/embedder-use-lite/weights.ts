import { Arena } from "./arena";
import { layMatrix, type Matrix, matrixBytes } from "./matrix";
import { Tensors } from "./tensors";

/** Numbers of a token in the table, between the layers, and inside a layer. */
export const NARROW = 256;
export const WIDE = 512;
export const INNER = 1536;
/** Places that a token can have: what is read of a text. */
export const WINDOW = 128;

/** The gain and the bias of a layer norm, in the memory of the kernels. */
export interface Norm {
  readonly gain: number;
  readonly bias: number;
}

export interface Layer {
  /** Numbers of a token as the attention reads it. */
  readonly width: number;
  readonly attentionNorm: Norm;
  /** Makes a token's queries, keys and values at once. */
  readonly asked: Matrix;
  readonly attended: Matrix;
  readonly innerNorm: Norm;
  readonly inner: Matrix;
  readonly outer: Matrix;
}

/** All that the network knows. */
export interface Weights {
  readonly arena: Arena;
  /** Numbers of each token, doubled; row after row, each with its scale. */
  readonly tokens: { readonly values: Int16Array; readonly scales: Float32Array };
  /** What is added for the place of a token; row after row. */
  readonly places: Float32Array;
  readonly widened: Matrix;
  readonly layers: readonly Layer[];
  readonly last: Matrix;
}

const BASE = "module_apply_default/Encoder_en/KonaTransformer/Encode";
const PARTS = "/ConcatPartitions/concat";
const MATRIX_BYTES = [
  matrixBytes(NARROW, WIDE) * 2,
  matrixBytes(NARROW, 3 * NARROW),
  matrixBytes(WIDE, 3 * WIDE),
  matrixBytes(WIDE, WIDE) * 2,
  matrixBytes(WIDE, INNER) * 4,
].reduce((sum, bytes) => sum + bytes, 8 * 4 * WIDE);

/** Reads the model and lays it down for the kernels. @param room bytes that the network wants for itself @throws ModelFault */
export function readWeights(folder: string, room: number): Weights {
  const tensors = new Tensors(folder);
  const arena = new Arena(MATRIX_BYTES + room);
  const matrix = (name: string, bias: string) => layMatrix(arena, tensors.floats(name), tensors.floats(bias));
  const norm = (name: string): Norm => ({
    gain: copied(arena, tensors.floats(`${name}/layer_norm_scale${PARTS}`)),
    bias: copied(arena, tensors.floats(`${name}/layer_norm_bias${PARTS}`)),
  });
  const layer = (index: number, width: number): Layer => {
    const at = `${BASE}/Layer_${index}/TransformerLayer`;
    const raw = `module/Encoder_en/KonaTransformer/Encode/Layer_${index}/TransformerLayer/MultiheadAttention`;
    const folded = `${BASE}/TransformerStack/Layer_${index}/TransformerLayer/FFN`;
    const attention = (name: string) =>
      matrix(`${raw}/${name}/kernel/part_0`, `${at}/MultiheadAttention/${name}/bias${PARTS}`);
    const forward = (name: string) => matrix(`${folded}/${name}/Tensordot/Reshape_1`, `${at}/FFN/${name}/bias${PARTS}`);
    return {
      width,
      attentionNorm: norm(`${at}/layer_prepostprocess/layer_norm`),
      asked: attention("qkv_transform_single"),
      attended: attention("output_transform_single"),
      innerNorm: norm(`${at}/FFN/layer_prepostprocess/layer_norm`),
      inner: forward("conv1"),
      outer: forward("conv2"),
    };
  };
  const dense = `${BASE}/Layer_0/TransformerLayer/dense`;
  const end = "module/Encoder_en/hidden_layers/tanh_layer_0";
  const weights: Weights = {
    arena,
    tokens: doubled(tensors.floats("module/Embeddings_en")),
    places: placesOf(tensors.floats(`${BASE}/TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1`)),
    widened: matrix(`${dense}/kernel${PARTS}`, `${dense}/bias${PARTS}`),
    layers: [layer(0, NARROW), layer(1, WIDE)],
    last: matrix(`${end}/weights`, `${end}/bias`),
  };
  tensors.close();
  return weights;
}

function copied(arena: Arena, values: Float32Array): number {
  const at = arena.take(4 * values.length);
  arena.floats(at, values.length).set(values);
  return at;
}

/** The table of tokens in 16-bit numbers: half the memory. */
function doubled(table: Float32Array): Weights["tokens"] {
  const values = new Int16Array(table.length);
  const scales = new Float32Array(table.length / NARROW);
  for (let at = 0; at < table.length; at += NARROW) {
    const row = table.subarray(at, at + NARROW);
    const factor = 32_767 / row.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
    scales[at / NARROW] = 2 / factor;
    for (let column = 0; column < NARROW; column++) values[at + column] = Math.round(row[column]! * factor);
  }
  return { values, scales };
}

/** Sines of the place at each frequency, then cosines. */
function placesOf(frequencies: Float32Array): Float32Array {
  const half = NARROW / 2;
  const places = new Float32Array(WINDOW * NARROW);
  for (let place = 0; place < WINDOW; place++)
    for (let column = 0; column < half; column++) {
      places[place * NARROW + column] = Math.sin(place * frequencies[column]!);
      places[place * NARROW + half + column] = Math.cos(place * frequencies[column]!);
    }
  return places;
}
