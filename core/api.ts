/** All that a plugin may know of Hearth. */
export { settledWithin } from "./activity";
export { type Ailment, type AilmentSource, Ailments } from "./ailments";
export { AskedThread, type AskedThreadOptions } from "./asked-thread";
export { boundedText, codePoints } from "./bounded-text";
export { Callers, householdOf } from "./callers";
export { type Check, Checks } from "./checks";
export { Clock } from "./clock";
export { type Command, type CommandIo, Commands, readArguments, UsageError } from "./commands";
export { readList, readSwitch } from "./config";
export { inject, injectable } from "./container";
export { callDaemon } from "./daemon-door";
export { type Database, OwnDatabase } from "./database";
export { Draft, linkNew } from "./draft";
export { type ErrorCode, HearthError, messageOf } from "./errors";
export { readPart } from "./file-part";
export { appendLines, inside, type ReadText, readText, writeAtomic } from "./files";
export { heavyWork } from "./heavy-work";
export { Home, type HomeFile, HomeFolder } from "./home";
export { House } from "./house";
export { badRequest, HttpError, notFound } from "./http-error";
export { type HookStatus, Inspector, type PipelineStatus, type PluginStatus } from "./inspector";
export { jsonBody, jsonBodyUpTo } from "./json-body";
export { isRecord, jsonObject, jsonValue, readJson } from "./json-value";
export { etagOf, type Kept, kept, keptAnswer } from "./kept";
export { type Form, formBody, limitedBody } from "./limited-body";
export { localDay, nextMidnight } from "./local-day";
export { type Fields, Log, type Logger } from "./log";
export type { HookState, Outcome, Report, RunOptions } from "./pipeline";
export { API_VERSION, type Context, type Deps, definePlugin, type Plugin } from "./plugin";
export type { RouteInfo } from "./route-info";
export { type About, type Access, about, BASE_PATH, type OtherAnswer, Routes } from "./routes";
export { type Schedule, Schedules } from "./schedule";
export { namesSecret, Secrets } from "./secrets";
export { type ServiceKey, serviceKey } from "./service-key";
export { Config } from "./services";
export { Settled } from "./settled";
export { pipeline, uniqueIds } from "./slots";
export { encodeFrame, type Frame, type SseClient, SseHub, type SseOptions } from "./sse";
export { storageFault } from "./storage-fault";
export { didYouMean } from "./suggest";
export { Templates } from "./templates";
export {
  type Event,
  event,
  type Held,
  type Hook,
  type Pipeline,
  type Service,
  type Slot,
  type SlotCheck,
  service,
  slot,
} from "./tokens";
export { Turns } from "./turns";
export { onOneLine, visibleText } from "./visible-text";
export { type Wall, type WallLook, type WallState, Walls } from "./walls";
export { type FileChange, type FileWatch, type WatchOptions, watchFiles } from "./watch";
export { type Welcome, Welcomes } from "./welcome";
export { wholeNumber } from "./whole-number";
