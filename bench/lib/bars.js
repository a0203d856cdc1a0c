'use strict';

/** Bars in groups as an SVG, on one logarithmic axis: what is compared differs by two orders of magnitude. */

const WIDTH = 760;
const LEFT = 16;
const NAMES = 250;
const RIGHT = 90;
const BAR = 18;
const HEAD = 34;
const FOOT = 28;

/**
 * @typedef {object} Group
 * @property {string} title
 * @property {{ name: string, value: number | undefined, isOurs: boolean }[]} bars `value` is undefined where a tool
 *   cannot do what is measured
 */

/**
 * @param {Group[]} groups
 * @param {{ inWords: (value: number) => string, without: string, foot: string }} words `without` stands where a value does not
 * @returns {string}
 */
function bars(groups, { inWords, without, foot }) {
  const values = groups.flatMap((group) => group.bars.flatMap(({ value }) => value ?? []));
  const [low, high] = [Math.log(Math.min(...values) / 2), Math.log(Math.max(...values))];
  const widthOf = (/** @type {number} */ value) =>
    ((Math.log(value) - low) / (high - low)) * (WIDTH - NAMES - RIGHT);
  let y = 0;
  const body = groups.flatMap((group) => {
    const lines = [
      `<text x="${LEFT}" y="${y + 22}" font-weight="bold">${escaped(group.title)}</text>`,
    ];
    y += HEAD;
    for (const { name, value, isOurs } of group.bars) {
      const color = isOurs ? '#1f6feb' : '#afb8c1';
      const width = value === undefined ? 0 : widthOf(value);
      const text = value === undefined ? without : inWords(value);
      lines.push(
        `<text x="${NAMES - 8}" y="${y + 13}" text-anchor="end">${escaped(name)}</text>`,
        `<rect x="${NAMES}" y="${y + 2}" width="${width.toFixed(1)}" height="${BAR - 4}" fill="${color}"/>`,
        `<text x="${(NAMES + width + 6).toFixed(1)}" y="${y + 13}">${escaped(text)}</text>`,
      );
      y += BAR;
    }
    return lines;
  });
  const height = y + FOOT;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${body.join('\n')}
<text x="${LEFT}" y="${height - 8}" fill="#555">${escaped(foot)}</text>
</svg>
`;
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

exports.bars = bars;
