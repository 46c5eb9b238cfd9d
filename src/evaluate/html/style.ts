/** The page's style: a serif for words, the system's sans for data, three hues and greys, in light and in dark. */
export const STYLE = `
:root { color-scheme: light dark;
  --bg: #faf9f6; --panel: #ffffff; --ink: #1d1b18; --soft: #5f5a53; --faint: #8a847b; --line: #e2ded6; --zebra: #f4f2ed;
  --one: #0a5c7c; --two: #b5470f; --three: #6a479b; --four: #8a6a00; --base: #6f6a62; --good: #16703f; --good-bg: #e3f2e8; --band: #d9e6ec;
  --serif: Charter, "Bitstream Charter", "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif; }
@media (prefers-color-scheme: dark) { :root {
  --bg: #151412; --panel: #1d1c19; --ink: #ece8e1; --soft: #b0a99e; --faint: #8b857b; --line: #37342f; --zebra: #22201d;
  --one: #5fb8d9; --two: #f0915a; --three: #b99aec; --four: #d9b64a; --base: #a29b90; --good: #6fcf97; --good-bg: #173224; --band: #24404c; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 16px/1.6 var(--sans); overflow-wrap: break-word; }
main, header, footer, nav { max-width: 66rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem); }
header { padding-top: clamp(1.75rem, 6vw, 4rem); }
.kicker { margin: 0; font-size: .8125rem; letter-spacing: .09em; text-transform: uppercase; color: var(--soft); }
h1, h2 { font-family: var(--serif); font-weight: 600; text-wrap: balance; }
h1 { margin: .5rem 0 1rem; font-size: clamp(1.75rem, 1.2rem + 2.6vw, 2.9rem); line-height: 1.14; letter-spacing: -.012em; max-width: 24em; }
h2 { margin: 0 0 .5rem; font-size: clamp(1.35rem, 1.15rem + .8vw, 1.75rem); line-height: 1.25; letter-spacing: -.005em; }
h3 { margin: 1.5rem 0 .35rem; font-size: 1rem; line-height: 1.4; font-weight: 650; }
p { margin: 0 0 1rem; max-width: 42rem; }
.lead { font: 400 1.125rem/1.6 var(--serif); max-width: 40rem; }
.soft, figcaption, .note { color: var(--soft); }
a { color: var(--one); text-underline-offset: .15em; }
a:focus-visible, .scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--one); outline-offset: 3px; border-radius: 2px; }
nav { margin-top: 1.5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0; padding: .7rem 0; list-style: none; border-block: 1px solid var(--line); font-size: .9375rem; }
section { padding-top: clamp(2.25rem, 5vw, 3.5rem); }
footer { margin-top: 4rem; padding-bottom: 3rem; color: var(--soft); font-size: .875rem; }
footer p { border-top: 1px solid var(--line); padding-top: 1rem; max-width: none; }

.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); gap: 1px; margin: 1.75rem 0 0; background: var(--line); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.facts div { background: var(--panel); padding: 1rem 1.15rem 1.05rem; }
.facts dt { font-size: .8125rem; color: var(--soft); line-height: 1.4; }
.facts dd { margin: .15rem 0 0; }
.facts b { display: block; font: 600 1.85rem/1.2 var(--serif); font-variant-numeric: lining-nums; letter-spacing: -.01em; }
.facts small { font-size: .8125rem; color: var(--soft); }

.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.25rem; margin: 1.25rem 0; }
@media (min-width: 64rem) { .charts.small { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
figure { margin: 0; min-width: 0; }
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 1.1rem clamp(.85rem, 2.5vw, 1.25rem) 1.1rem; }
.panel + .panel { margin-top: 1.25rem; }
.charts .panel + .panel { margin-top: 0; }
figcaption { font-size: .875rem; line-height: 1.5; margin-bottom: .85rem; }
figcaption b { display: block; color: var(--ink); font-size: 1rem; font-weight: 650; }
svg { display: block; max-width: 100%; overflow: visible; }
svg text { font: 12px var(--sans); fill: var(--soft); font-variant-numeric: tabular-nums; }
.chart { width: 100%; height: auto; }
.grid { stroke: var(--line); stroke-width: 1; fill: none; }
.axis { stroke: var(--faint); stroke-width: 1; fill: none; }
.one { --c: var(--one); } .two { --c: var(--two); } .three { --c: var(--three); } .four { --c: var(--four); } .ink { --c: var(--ink); } .base { --c: var(--base); }
.stroke { stroke: var(--c); fill: none; stroke-linejoin: round; stroke-linecap: round; }
.mark { stroke: var(--c); fill: var(--c); stroke-width: 1.5; stroke-linejoin: round; }
.mark.open { fill: var(--panel); }
.area { fill: var(--c); opacity: .14; stroke: none; }

.key { display: flex; flex-wrap: wrap; gap: .35rem 1.1rem; margin: .9rem 0 0; padding: 0; list-style: none; font-size: .8125rem; line-height: 1.35; color: var(--soft); }
.key li { display: flex; align-items: center; gap: .45rem; }
.key svg { flex: none; }

.rows { display: grid; grid-template-columns: minmax(0, 1fr); gap: .45rem; font-size: .875rem; line-height: 1.35; }
.row { display: grid; grid-template-columns: minmax(0, 1fr) auto; column-gap: .75rem; align-items: baseline; }
.row .value { font-variant-numeric: tabular-nums; text-align: right; }
.row .value small { color: var(--soft); font-size: .8125rem; }
.row .track { grid-column: 1 / -1; }
.row.strong .name { font-weight: 650; }
.track svg { width: 100%; height: 20px; }
.scale { width: 100%; height: 18px; }
.wide .row { grid-template-columns: minmax(0, 1fr) auto; }
@media (min-width: 46rem) {
  .wide .row { grid-template-columns: 17rem minmax(0, 1fr) 11rem; align-items: center; }
  .wide .row .track { grid-column: auto; grid-row: 1; grid-column-start: 2; }
  .wide .row .value { grid-column-start: 3; }
  .wide .rows { gap: 0; }
  .wide .track svg { height: 27px; }
  .wide .scale { margin-left: 17.75rem; width: calc(100% - 29.5rem); }
}

.scroll { position: relative; overflow-x: auto; margin: 1rem 0 1.25rem; border: 1px solid var(--line); border-radius: 8px; background: var(--panel);
  background-image: linear-gradient(to right, var(--panel) 30%, transparent), linear-gradient(to left, var(--panel) 30%, transparent), linear-gradient(to right, rgb(0 0 0 / .14), transparent), linear-gradient(to left, rgb(0 0 0 / .14), transparent);
  background-position: left, right, left, right; background-repeat: no-repeat; background-size: 2.5rem 100%, 2.5rem 100%, .8rem 100%, .8rem 100%; background-attachment: local, local, scroll, scroll; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; line-height: 1.4; font-variant-numeric: tabular-nums lining-nums; }
caption { caption-side: top; text-align: left; padding: .85rem 1rem .6rem; color: var(--soft); }
caption span { display: block; position: sticky; left: 1rem; width: fit-content; max-width: min(100%, calc(100vw - 4.5rem)); }
caption b { color: var(--ink); font-size: 1rem; font-weight: 650; display: block; }
th, td { padding: .45rem .75rem; text-align: right; white-space: nowrap; vertical-align: baseline; }
th:first-child, td:first-child { text-align: left; padding-left: 1rem; }
tbody th:first-child, thead th:first-child { white-space: normal; min-width: 8.5rem; position: sticky; left: 0; background: var(--panel); }
th:last-child, td:last-child { padding-right: 1rem; }
thead th { font-weight: 550; color: var(--soft); border-bottom: 1px solid var(--line); }
thead tr:first-child:not(:last-child) th { border-bottom: 0; }
thead th.over { text-align: center; border-bottom: 0; padding-bottom: 0; }
tbody th { font-weight: 400; }
tbody tr + tr > * { border-top: 1px solid var(--zebra); }
tr.strong th, tr.strong td.main { font-weight: 650; }
tr.apart > * { border-top: 1px solid var(--line) !important; color: var(--soft); }
thead small { font-weight: 400; }
td small { color: var(--soft); font-size: .8125rem; }
.dim { color: var(--soft); }
details { margin: .75rem 0 0; font-size: .875rem; }
summary { cursor: pointer; color: var(--soft); width: fit-content; }
details .scroll { margin-bottom: 0; }

.sample { border-top: 1px solid var(--line); padding: 1.4rem 0 .4rem; display: grid; gap: 1rem clamp(1.5rem, 4vw, 3rem); grid-template-columns: minmax(0, 1fr); }
.sample > h3 { font: 600 1.2rem/1.3 var(--serif); margin: 0; }
.sample > h3 small { font: 400 .875rem/1.5 var(--sans); color: var(--soft); display: block; }
@media (min-width: 52rem) { .sample { grid-template-columns: minmax(0, 5fr) minmax(0, 7fr); } .sample > h3, .sample > .whole { grid-column: 1 / -1; } }
.sample h4 { margin: 0 0 .5rem; font-size: .8125rem; letter-spacing: .05em; text-transform: uppercase; font-weight: 600; color: var(--soft); }
.list { margin: 0; padding: 0; list-style: none; font-size: .9063rem; line-height: 1.4; }
.list > li { display: grid; grid-template-columns: 2.1rem minmax(0, 1fr) auto; column-gap: .5rem; padding: .42rem 0 .42rem .6rem; border-top: 1px solid var(--line); }
.list > li:first-child { border-top: 0; }
.list .n { color: var(--soft); font-variant-numeric: tabular-nums; }
.list.dated > li { grid-template-columns: 5.4rem minmax(0, 1fr) auto; padding-left: 0; }
.list .about { color: var(--soft); font-size: .8125rem; display: block; }
.list .price { font-variant-numeric: tabular-nums; color: var(--soft); }
.list li.hit { box-shadow: inset 3px 0 0 var(--good); }
.tag { display: inline-block; font-size: .75rem; line-height: 1.35; padding: 0 .4rem; border-radius: 3px; border: 1px solid var(--line); color: var(--soft); margin-right: .15rem; white-space: nowrap; }
.tag.good { color: var(--good); border-color: transparent; background: var(--good-bg); font-weight: 600; }
ul.plain { margin: 0 0 1rem; padding-left: 1.15rem; max-width: 42rem; }
ul.plain li { margin-bottom: .4rem; }
dl.facts-list { display: grid; grid-template-columns: minmax(0, 1fr); gap: .1rem 1.5rem; margin: 0; font-size: .9063rem; }
dl.facts-list dt { color: var(--soft); }
dl.facts-list dd { margin: 0 0 .6rem; overflow-wrap: anywhere; }
@media (min-width: 40rem) { dl.facts-list { grid-template-columns: 11rem minmax(0, 1fr); } dl.facts-list dd { margin-bottom: .35rem; } }
code { font: .875em ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
.vh { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media print { :root { --bg: #fff; } nav { display: none; } .panel, .scroll, .sample { break-inside: avoid; } .scroll { overflow: visible; } }
`
