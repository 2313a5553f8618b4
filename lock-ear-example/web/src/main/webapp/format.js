// SPDX-License-Identifier: Apache-2.0
const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

/** The time of day. */
export const clock = (at) => CLOCK.format(at);

/** "223 ms", "3.2 s", "42 s" or "2:05 min". */
export function duration(millis) {
  const positive = Math.max(0, millis);
  if (positive < 1000) {
    return `${Math.round(positive)} ms`;
  }
  if (positive < 9950) {
    return `${(positive / 1000).toFixed(1)} s`;
  }
  const seconds = Math.round(positive / 1000);
  return seconds < 60 ? `${seconds} s` : `${upTime(positive)} min`;
}

/** "3 s": for a time that should not flicker. */
export const wholeSeconds = (millis) => `${Math.max(0, Math.round(millis / 1000))} s`;

/** For how long nobody has answered, from the second on that somebody might notice. */
export const silentFor = (millis) => (millis < 1000 ? "does not answer"
  : `has not answered for ${wholeSeconds(millis)}`);

/** "0:42" or "1:02:03". */
export function upTime(millis) {
  const seconds = Math.floor(millis / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] > 0 ? parts : parts.slice(1);
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

export const millis = (value) => (Number.isFinite(value) ? String(Math.round(value)) : "–");

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

export function enumerate(names, word = "and") {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${word} ${names.at(-1)}`;
}
