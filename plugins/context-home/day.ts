const DAY = 86_400_000;

/** Which day of the agent's life a date is: the first day is 1. Both as YYYY-MM-DD; 0 or less before it. */
export const dayNumber = (date: string, firstDay: string): number =>
  Math.round((Date.parse(date) - Date.parse(firstDay)) / DAY) + 1;

/** The sentence about it; nothing before the first day. */
export function dayText(date: string, firstDay: string): string | undefined {
  const day = dayNumber(date, firstDay);
  return day < 1 ? undefined : `This is day ${day} of your life here.`;
}
