import type { Audience, Privacy } from "../contract";

/**
 * Whether an audience may see what has this label. All that memory answers has passed through here. What is private and nobody's in
 * particular is for the agent alone.
 */
export function maySee(audience: Audience, privacy: Privacy, person: string | null): boolean {
  if (privacy === "public" || audience === "all") return true;
  if (audience === "public") return false;
  if (privacy === "own") return true;
  return typeof audience === "object" && person !== null && person === audience.person;
}
