'use strict';

/** Curves over one axis as an SVG: a panel each, one below the other. */

const WIDTH = 760;
const PANEL = 120;
const LEFT = 16;
const TOP = 30;
const BOTTOM = 14;
const FOOT = 28;

/**
 * @typedef {object} Panel
 * @property {string} title
 * @property {(value: number) => string} inWords
 * @property {{ name: string, color: string, values: number[] }[]} curves of as many values each
 */

/**
 * @param {Panel[]} panels
 * @param {string} axis what the values are taken along, from left to right
 */
function plot(panels, axis) {
  const height = panels.length * PANEL + FOOT;
  const body = panels.map((panel, index) => panelAt(panel, index * PANEL));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${body.join('\n')}
<text x="${LEFT}" y="${height - 10}" fill="#555">${axis}</text>
</svg>
`;
}

/** @param {Panel} panel @param {number} y */
function panelAt({ title, inWords, curves }, y) {
  const top = Math.max(...curves.flatMap(({ values }) => values)) || 1;
  const floor = y + PANEL - BOTTOM;
  const legend = curves.map(
    ({ name, color, values }) =>
      `<tspan dx="12" fill="${color}">${name}: ${inWords(values[0] ?? 0)} → ${inWords(values.at(-1) ?? 0)}, at most ${inWords(Math.max(...values))}</tspan>`,
  );
  return [
    `<text x="${LEFT}" y="${y + 20}"><tspan font-weight="bold">${title}</tspan>${legend.join('')}</text>`,
    `<line x1="${LEFT}" y1="${floor}" x2="${WIDTH - LEFT}" y2="${floor}" stroke="#999"/>`,
    ...curves.map(({ values, color }) => {
      const points = values.map((value, index) => {
        const x = LEFT + (index * (WIDTH - 2 * LEFT)) / Math.max(1, values.length - 1);
        const at = floor - (value / top) * (PANEL - TOP - BOTTOM);
        return `${x.toFixed(1)},${at.toFixed(1)}`;
      });
      return `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="1.5"/>`;
    }),
  ].join('\n');
}

exports.plot = plot;
