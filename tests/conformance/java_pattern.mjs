/* The model's patterns are Java's; these are what they mean, as JavaScript writes it. */
const CLASSES = {
  '\\p{Graph}': '!-~',
  '\\p{Upper}': 'A-Z',
  '\\p{Digit}': '0-9',
};

/* A class within a class is their union, which JavaScript learns with its flag `v`, after Node 18. */
function withoutUnions(pattern) {
  return pattern.replace(/\[(\[\^[^\]]*\])((?:\\.|[^\]\\])*)\]/g, '(?:$1|[$2])');
}

/* Matches the whole text, by code points. */
export function javaPattern(pattern) {
  const translated = Object.entries(CLASSES).reduce((text, [java, here]) => text.replaceAll(java, here), withoutUnions(pattern));
  return new RegExp(`^(?:${translated})$`, 'u');
}
