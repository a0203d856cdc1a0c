/** The text of a note as it stands in a list. */
export function titleOf(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
