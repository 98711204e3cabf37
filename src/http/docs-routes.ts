import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { FastifyInstance } from 'fastify'
import { describeApi } from '../openapi/document.js'
import type { DoorName } from '../openapi/doors.js'
import type { Replies } from './reply.js'
import { addStaticFiles, type StaticFile } from './static-files.js'

/** Relative urls, so that the page also works behind a proxy that puts a path in front. */
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>facecompare API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="docs/swagger-ui.css">
    <link rel="stylesheet" href="docs/page.css">
  </head>
  <body>
    <main id="reference"></main>
    <noscript>The description of the API is a file too: <a href="openapi.json">openapi.json</a></noscript>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/page.js"></script>
  </body>
</html>
`

/** Calls must be signed, which the viewer cannot do: it is for reading, without "Try it out" and "Authorize". */
const SCRIPT = `const dark = matchMedia('(prefers-color-scheme: dark)')
const followScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', followScheme)
followScheme()

const nothing = () => () => null
SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#reference',
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [{ wrapComponents: { authorizeBtn: nothing, authorizeOperationBtn: nothing, ServersContainer: nothing } }],
  supportedSubmitMethods: [],
  validatorUrl: null,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
})
`

const STYLE = `body { margin: 0; }
noscript { display: block; padding: 20px; font-family: sans-serif; }
.swagger-ui .info { margin: 24px 0; }
.swagger-ui .renderedMarkdown p, .swagger-ui .renderedMarkdown li { line-height: 1.7; }
.swagger-ui .renderedMarkdown :not(pre) > code { padding: 1px 4px; overflow-wrap: anywhere; }
.swagger-ui .renderedMarkdown td { padding: 4px 8px 4px 0; }
.swagger-ui .renderedMarkdown table, .swagger-ui .responses-inner { display: block; overflow-x: auto; }
.swagger-ui .response-col_links, .swagger-ui .response-control-media-type__accept-message { display: none; }
`

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
} as const

/** Swagger UI as the fastify project packs it: the same files as in swagger-ui-dist, without that package's report at install. */
const VIEWER = '@fastify/swagger-ui/static'

function viewerFile(name: 'swagger-ui.css' | 'swagger-ui-bundle.js', type: string): StaticFile {
  const { resolve } = createRequire(import.meta.url)
  return { path: `/docs/${name}`, type, read: () => readFile(resolve(`${VIEWER}/${name}`)) }
}

const textFile = (path: string, type: string, write: () => string): StaticFile => {
  return { path, type, read: () => Buffer.from(write()) }
}

/** The description of the API, with those doors that are open, and a page to read it. */
export const docsFiles = (doors: readonly DoorName[]): readonly StaticFile[] => [
  textFile('/openapi.json', TYPES.json, () => JSON.stringify(describeApi(doors))),
  textFile('/docs', TYPES.html, () => PAGE),
  textFile('/docs/page.js', TYPES.js, () => SCRIPT),
  textFile('/docs/page.css', TYPES.css, () => STYLE),
  viewerFile('swagger-ui.css', TYPES.css),
  viewerFile('swagger-ui-bundle.js', TYPES.js),
]

/** Public, like everything that says how to call. */
export function addDocsRoutes(app: FastifyInstance, replies: Replies, doors: readonly DoorName[]): void {
  addStaticFiles(app, replies, docsFiles(doors))
}
