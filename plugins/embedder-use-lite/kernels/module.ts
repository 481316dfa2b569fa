import { combine, turn } from "./attention";
import { multiply } from "./multiply";
import { layerNorm, quantise } from "./rows";
import { softmax } from "./softmax";

/** The module of which `kernels.wasm` is made, as WebAssembly text. */
export const source = `(module
(import "hearth" "memory" (memory 1))
${[multiply, layerNorm, quantise, turn, combine, softmax].join("\n")}
)
`;
