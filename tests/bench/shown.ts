export const ms = (value: number): string => `${value.toFixed(1)} ms`;
export const times = (value: number): string => value.toFixed(2);
