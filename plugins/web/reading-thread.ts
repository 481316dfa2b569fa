import { messageOf } from "hearth";
import { mainText } from "./main-text";

declare const self: Worker;

self.onmessage = ({ data }: MessageEvent<{ html: string; url: string }>) => {
  try {
    self.postMessage({ found: mainText(data.html, data.url) });
  } catch (error) {
    self.postMessage({ fault: messageOf(error) });
  }
};
