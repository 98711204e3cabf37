/** A name or a sentence that stays what it is on a terminal: without control characters and signs that turn the direction. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '?')
}
