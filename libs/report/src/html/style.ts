/** Light on any screen and on paper; no font or picture comes from elsewhere. */
export const STYLE = `
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 54rem; padding: 2rem 1.25rem; background: #fff; color: #1a1a1a; font: 15px/1.5 Georgia, 'Times New Roman', serif; }
h1, h2, h3, table, figure, figcaption, pre, .lead { font-family: Helvetica, Arial, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 1px solid #d0d3d8; padding-bottom: .2rem; }
h3 { font-size: .95rem; margin: 1.25rem 0 .4rem; }
.lead { font-size: 1.1rem; font-weight: 600; margin: 1rem 0 .25rem; }
.quiet { color: #5f6368; margin: 0 0 .5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .8rem; margin: .75rem 0 1rem; border-top: 2px solid #1a1a1a; border-bottom: 2px solid #1a1a1a; }
caption { caption-side: bottom; text-align: left; padding-top: .4rem; color: #5f6368; }
th, td { padding: .2rem .6rem; text-align: right; font-variant-numeric: tabular-nums; }
td { white-space: nowrap; }
th[scope='row'], thead th:first-child { text-align: left; font-weight: normal; }
thead th { border-bottom: 1px solid #1a1a1a; font-weight: 600; vertical-align: bottom; }
figure { margin: 1rem 0; break-inside: avoid; }
figure svg { max-width: 100%; height: auto; display: block; }
figcaption { color: #5f6368; font-size: .8rem; }
pre { background: #f5f6f7; padding: .75rem; font-size: .75rem; white-space: pre-wrap; overflow-wrap: anywhere; }
pre code { font-family: ui-monospace, Menlo, Consolas, monospace; }
@media print { body { padding: 0; max-width: none; font-size: 11pt; } section { break-inside: auto; } h2, h3 { break-after: avoid; } tr { break-inside: avoid; } }
`;
