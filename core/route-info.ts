import type { AnyElysia } from "elysia";
import { type About, type Bearer, type RouteEntry, routesOf } from "./routes";
import type { Held } from "./tokens";

/** One route with all that it says of itself, for documents and clients. */
export interface RouteInfo extends RouteEntry {
  /** Empty when the route says nothing. */
  readonly summary: string;
  readonly bearer: Bearer | undefined;
  readonly answers: About["answers"] | undefined;
  readonly status: number;
  readonly errors: NonNullable<About["errors"]>;
}

interface Hooks {
  readonly detail?: { readonly summary?: string; readonly "x-about"?: Partial<Omit<RouteInfo, "summary">> };
}

/** All routes of these items, in their order. */
export const routeInfos = (held: readonly Held<AnyElysia>[]): RouteInfo[] =>
  held.flatMap(one => routesOf(one).map(({ entry, hooks }) => infoOf(entry, (hooks ?? {}) as Hooks)));

function infoOf(entry: RouteEntry, { detail }: Hooks): RouteInfo {
  const { bearer, answers, status = 200, errors = {} } = detail?.["x-about"] ?? {};
  return { ...entry, summary: detail?.summary ?? "", bearer, answers, status, errors };
}
