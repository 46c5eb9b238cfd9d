// Makes docs/tui.svg from the real thing: adseq tui in a terminal of tmux, as it is after some keys.
// node scripts/tui-picture.mjs WORKSPACE [KEYS [COLUMNSxROWS]]    (npm run -s build first)
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const [workspace, keys = '4', size = '100x30'] = process.argv.slice(2)
if (workspace === undefined) {
  console.error('Usage: node scripts/tui-picture.mjs WORKSPACE [KEYS [COLUMNSxROWS]]')
  process.exit(2)
}
const [columns, rows] = size.split('x').map(Number)
const root = join(import.meta.dirname, '..')
const session = `adseq-picture-${process.pid}`
const tmux = (...args) => execFileSync('tmux', args, { encoding: 'utf8' })

const command = `node ${join(root, 'bin', 'run.js')} tui --workspace ${resolve(workspace)}`
tmux('new-session', '-d', '-s', session, '-x', String(columns), '-y', String(rows), command)
let screen
try {
  await setTimeout(5000)
  for (const key of keys) {
    tmux('send-keys', '-t', session, key === ' ' ? 'Space' : key === '\n' ? 'Enter' : key)
    await setTimeout(1500)
  }
  await setTimeout(4000)
  screen = tmux('capture-pane', '-e', '-p', '-t', session)
} finally {
  tmux('kill-session', '-t', session)
}

const COLORS = ['#5c6370', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#d6dbe4']
const [WIDTH, HEIGHT, PAD] = [8.4, 18, 12]
const lines = screen.replace(/\n$/, '').split('\n').slice(0, rows)
const texts = lines.flatMap((line, row) =>
  runsOf(line).map(({ text, at, style }) => {
    const [x, y] = [PAD + at * WIDTH, PAD + row * HEIGHT]
    const length = Array.from(text).length * WIDTH
    const box = style.inverse
      ? `<rect x="${x.toFixed(1)}" y="${y}" width="${length.toFixed(1)}" height="${HEIGHT}" fill="#3b4252"/>`
      : ''
    const look = `fill="${style.color}"${style.bold ? ' font-weight="bold"' : ''}${style.dim ? ' opacity=".6"' : ''}`
    return `${box}<text x="${x.toFixed(1)}" y="${y + 13}" textLength="${length.toFixed(1)}" ${look}>${escaped(text)}</text>`
  }),
)
const [width, height] = [2 * PAD + columns * WIDTH, 2 * PAD + rows * HEIGHT]
writeFileSync(
  join(root, 'docs', 'tui.svg'),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" ` +
    'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14">\n' +
    `<rect width="100%" height="100%" rx="8" fill="#1e222a"/>\n${texts.join('\n')}\n</svg>\n`,
)

/** Pieces of a line that look alike, each with its column. */
function runsOf(line) {
  const runs = []
  let style = { color: COLORS[7] }
  let at = 0
  // eslint-disable-next-line no-control-regex -- colours begin with the escape character
  for (const part of line.split(/(\u001B\[[\d;]*m)/)) {
    // eslint-disable-next-line no-control-regex -- the same
    const codes = /^\u001B\[([\d;]*)m$/.exec(part)?.[1]
    if (codes !== undefined) style = codes.split(';').reduce((now, code) => styled(now, Number(code)), style)
    else if (part !== '') {
      if (part.trim() !== '' || style.inverse) runs.push({ text: part, at, style })
      at += Array.from(part).length
    }
  }
  return runs
}

function styled(style, code) {
  if (code === 0) return { color: COLORS[7] }
  if (code === 1) return { ...style, bold: true }
  if (code === 2) return { ...style, dim: true }
  if (code === 7) return { ...style, inverse: true }
  if (code === 22) return { ...style, bold: false, dim: false }
  if (code === 27) return { ...style, inverse: false }
  if (code === 39) return { ...style, color: COLORS[7] }
  if (code >= 30 && code <= 37) return { ...style, color: COLORS[code - 30] }
  return code >= 90 && code <= 97 ? { ...style, color: COLORS[code - 90] } : style
}

function escaped(text) {
  // blanks that a picture keeps
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00A0')
}
