import { type LayoutTask, layout } from "./layout";

declare const self: Worker;

self.onmessage = ({ data }: MessageEvent<LayoutTask>) => {
  const places = layout(data);
  self.postMessage(places, [places.buffer as ArrayBuffer]);
};
