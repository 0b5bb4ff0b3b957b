import { duration } from './numbers.js';

/** `3m 12s ago`; what lies ahead by a wrong clock is now. */
export function ago(iso: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000);
  if (seconds < 5) return 'just now';
  return `${duration(seconds < 60 ? Math.round(seconds) : Math.round(seconds / 60) * 60)} ago`;
}

const written = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

export const moment = (iso: string): string => written.format(new Date(iso));

/** Seconds between two moments, or since the first. */
export const between = (from: string, to: string | null, now: number): number =>
  Math.max(0, ((to === null ? now : Date.parse(to)) - Date.parse(from)) / 1000);
