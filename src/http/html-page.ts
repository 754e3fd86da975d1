/** Pages for people, made on the server: one shell and one style, dark and light, without scripts. Pure. */

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)

/** Prose in which backticks mark code. */
export const proseHtml = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>')

/** What a page's answer carries: nothing may be loaded, and nothing may run. */
export const PAGE_POLICY = { 'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'" }
export const PAGE_TYPE = 'text/html; charset=utf-8'

/** @param aside a list of what is on the page, for its side; @param main and the page itself: both HTML already */
export const htmlPage = ({
  title,
  aside,
  main,
}: {
  title: string
  aside: string
  main: string
}): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)} - Espalier</title>
<style>${STYLE}</style>
</head>
<body>
<nav>
<p class="brand"><a href="/docs">Espalier</a></p>
${aside}
</nav>
<main>
<h1>${escapeHtml(title)}</h1>
${main}
</main>
</body>
</html>
`

const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --side: #f6f7f4; --ink: #1c211b; --quiet: #5d665b; --line: #dfe3dc;
  --code: #f1f3ee; --leaf: #2c6e49; --get: #1f6f8b; --post: #2c6e49; --put: #8a5a00; --patch: #6b4fa0; --delete: #b3261e }
@media (prefers-color-scheme: dark) { :root { --ground: #151815; --side: #1b1f1b; --ink: #e4e8e1; --quiet: #9aa497;
  --line: #2e342d; --code: #20251f; --leaf: #7cc79a; --get: #6cb8d4; --post: #7cc79a; --put: #e0b050; --patch: #b8a1e3;
  --delete: #f2867e } }
* { box-sizing: border-box }
html { scroll-padding-top: 1.5rem }
body { margin: 0; display: grid; grid-template-columns: 21rem minmax(0, 1fr); background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1.25rem; background: var(--side);
  border-right: 1px solid var(--line); font-size: .85rem }
nav h2 { margin: 1.4rem 0 .4rem; font-size: .75rem; letter-spacing: .06em; text-transform: uppercase; color: var(--quiet) }
nav ul { list-style: none; margin: 0; padding: 0 }
nav li a { display: flex; gap: .35rem; padding: .14rem 0; color: inherit; text-decoration: none; overflow-wrap: anywhere }
nav li a:hover { color: var(--leaf) }
.brand { margin: 0; font-size: 1.1rem; font-weight: 650 }
.brand a { text-decoration: none }
main { padding: 2.2rem 3rem 6rem; max-width: 62rem }
h1 { margin: 0 0 .6rem; font-size: 1.9rem; line-height: 1.2 }
main > h2 { margin: 3.2rem 0 .3rem; font-size: 1.35rem }
section { padding: 1.7rem 0 1.2rem; border-top: 1px solid var(--line) }
section > h2, section > h3 { margin: 0 0 .4rem; font-size: 1.05rem; overflow-wrap: anywhere }
section:target > h2, section:target > h3 { color: var(--leaf) }
h4 { margin: 1.2rem 0 .35rem; font-size: .75rem; letter-spacing: .05em; text-transform: uppercase; color: var(--quiet) }
p { margin: .35rem 0 }
a { color: var(--leaf) }
code, pre { font: .86em/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }
code { background: var(--code); border-radius: 4px; padding: .08em .3em }
h2 code, h3 code, pre code, nav code { background: none; padding: 0; font-size: inherit }
pre { margin: .35rem 0; padding: .8rem 1rem; overflow-x: auto; background: var(--code); border-radius: 8px; font-size: .82rem }
table { width: 100%; border-collapse: collapse; font-size: .9rem }
td { padding: .4rem .9rem .4rem 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere }
tr:first-child td { border-top: 0 }
td:first-child { width: 30% }
td p { margin: 0 }
details { margin: .3rem 0 }
summary { cursor: pointer }
small, .quiet { color: var(--quiet); font-size: .85rem }
.method { display: inline-block; flex: 0 0 4.2em; min-width: 4.2em; font: 650 .72rem/1.4 ui-monospace, Menlo, monospace; text-transform: uppercase }
.get { color: var(--get) } .post { color: var(--post) } .put { color: var(--put) } .patch { color: var(--patch) }
.delete { color: var(--delete) }
@media (max-width: 54rem) { body { display: block } nav { position: static; height: auto; max-height: 40vh; border-right: 0;
  border-bottom: 1px solid var(--line) } main { padding: 1.5rem 1.25rem 4rem } td:first-child { width: 42% } }
`
